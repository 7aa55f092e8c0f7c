import { type CallListener, Isolate, IsolateError, type IsolateProgram } from "@pawl/hooks/isolate";
import type { Isolation } from "../definition/flow.ts";
import { type NodeContext, type NodeDefinition, NodeError, NodeResult, TransientError } from "../nodes/node.ts";
import { apartOf } from "./apart.ts";
import type { NodeAnswer, NodeCall, NodeNote, NodeProgramStart, OwnPrefixAsk, StateAsk } from "./protocol.ts";

/** How long an isolate without a call is kept for the next one. */
const idleMs = 10_000;
const ownProgram: IsolateProgram = { from: import.meta.url, name: "isolate/node-main" };

export interface IsolatesOptions {
  readonly projectDir: string;
  /** The built file of a program that calls `serveNodes`. Default: one that loads the project. */
  readonly program: string | undefined;
}

interface Place extends Isolation {
  /** The source of the isolated plugin that brings the node; nothing when it is not the plugin that is isolated. */
  readonly plugin: string | undefined;
}

interface Idle {
  readonly isolate: Isolate;
  readonly timer: NodeJS.Timeout;
}

/** Threads and processes in which single steps run. Each answers one call at a time, so that a crash is one step's. */
export class Isolates {
  readonly #options: IsolatesOptions;
  readonly #idle = new Map<string, Idle[]>();

  constructor(options: IsolatesOptions) {
    this.#options = options;
  }

  /** The same node, run apart. One that puts values into its inputs itself runs a program, which is apart already. */
  isolated(definition: NodeDefinition, how: Isolation): NodeDefinition {
    if (definition.rawInputs !== undefined) return definition;
    const place: Place = { ...how, plugin: apartOf(definition)?.source };
    return { ...definition, run: (input, context) => this.#run(definition.name, place, input, context) };
  }

  async #run(node: string, place: Place, input: unknown, context: NodeContext): Promise<NodeResult | never> {
    const key = `${place.in} ${place.memoryMb ?? ""} ${place.plugin ?? ""}`;
    const isolate = this.#take(key) ?? this.#start(place);
    try {
      const call: NodeCall = { node, input, context: sentContext(context) };
      const answer = await isolate.call<NodeAnswer>(call, listenerOf(context));
      Object.assign(context.metrics, answer.metrics);
      return answer.result === undefined
        ? new NodeResult({ status: "success", output: (answer.value ?? null) as never })
        : new NodeResult(withoutAbsent(answer.result));
    } catch (error) {
      throw error instanceof IsolateError ? asNodeError(error) : error;
    } finally {
      if (isolate.isAlive && !isolate.isGivingUp && isolate.openCalls === 0) this.#keep(key, isolate);
      else if (isolate.isAlive) void isolate.closeWhenIdle();
    }
  }

  #start({ in: kind, memoryMb, plugin }: Place): Isolate {
    const { projectDir, program } = this.#options;
    const data: NodeProgramStart = { projectDir, ...(plugin === undefined ? {} : { plugin }) };
    return new Isolate({ in: kind, program: program ?? ownProgram, data, memoryMb });
  }

  #take(key: string): Isolate | undefined {
    const found = this.#idle.get(key)?.pop();
    clearTimeout(found?.timer);
    return found?.isolate.isAlive ? found.isolate : undefined;
  }

  #keep(key: string, isolate: Isolate): void {
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, idle);
    const timer = setTimeout(() => {
      idle.splice(idle.indexOf(kept), 1);
      void isolate.close();
    }, idleMs).unref();
    const kept: Idle = { isolate, timer };
    idle.push(kept);
  }
}

function withoutAbsent({ error, ...result }: NonNullable<NodeAnswer["result"]>) {
  return error === undefined ? result : { ...result, error };
}

function asNodeError({ code, message }: IsolateError): NodeError {
  const isFinal = code === "isolate-out-of-memory" || code === "isolate-broken";
  return isFinal ? new NodeError(message, { code }) : new TransientError(message, { code });
}

function sentContext(context: NodeContext): NodeCall["context"] {
  const { runId, flowName, stepId, recordId, attempt, idempotencyKey, traceparent, projectDir, env, secrets } = context;
  const copies = { env: { ...env }, secrets: { ...secrets } };
  return { runId, flowName, stepId, recordId, attempt, idempotencyKey, traceparent, projectDir, ...copies };
}

/** What the node says and asks on its way, done with the step's own context. */
function listenerOf(context: NodeContext): CallListener {
  const answers: Readonly<Record<string, (data: never) => Promise<unknown>>> = {
    "state.get": ({ key }: StateAsk) => context.state.get(key),
    "state.set": ({ key, value }: StateAsk) => context.state.set(key, value ?? null),
    "state.delete": ({ key }: StateAsk) => context.state.delete(key),
    "own-prefix": async ({ input }: OwnPrefixAsk) => context.ownPrefix(input),
    "run-child": (options: Parameters<NodeContext["runChild"]>[0]) => context.runChild(options),
  };
  return {
    signal: context.signal,
    note(note: NodeNote) {
      if (note.kind === "log") context.log[note.level](note.message, note.fields);
      else if (note.kind === "progress") context.progress(note.current, note.total);
      else context.maskValue(note.value);
    },
    async ask(what, data) {
      return answers[what]?.(data);
    },
  };
}
