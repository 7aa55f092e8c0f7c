import { type Clock, createLogger, type Logger } from "@pawl/hooks/guard";
import type { ChildResult } from "@pawl/hooks/process";
import type { StepAttempt } from "../../durability/durability.ts";
import type { EventType } from "../../events/event-types.ts";
import { ownPrefix } from "../../expression/own-prefix.ts";
import type { Template } from "../../expression/template.ts";
import type { StepInputs } from "../../hooks/step-hook.ts";
import type { Json } from "../../json.ts";
import type { Masker } from "../../masking/masker.ts";
import type { NodeContext, NodeState } from "../../nodes/node.ts";
import { attemptTraceparent, recordTraceparent } from "../../trace/run-trace.ts";
import type { At } from "../execution.ts";
import { messageOf } from "../failure.ts";
import { jsonOf, NotJsonError } from "../json-value.ts";
import { type StepChildOptions, StepChildren } from "./step-children.ts";

/** What the node and the hooks of one record share. Hooks get it as it is; each attempt gets one derived from it. */
export class StepContext implements NodeContext {
  readonly runId: string;
  readonly flowName: string;
  readonly stepId: string;
  readonly recordId: string;
  readonly metrics: Record<string, unknown> = {};
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Programs that hooks have started. */
  readonly children: StepChildren;
  readonly #at: At;
  readonly #durable: StepAttempt;
  #attempt: number;
  #log: Logger | undefined;

  constructor(at: At, durable: StepAttempt) {
    const { frame, step, recordId } = at;
    const { run, host, secrets } = frame.execution;
    this.runId = run.id;
    this.flowName = run.flow;
    this.stepId = step.id;
    this.recordId = recordId;
    this.projectDir = host.projectDir;
    this.env = frame.values.env;
    this.secrets = secrets;
    this.clock = host.clock;
    this.signal = frame.signal;
    this.#at = at;
    this.#durable = durable;
    this.#attempt = durable.earlier.length + 1;
    this.children = this.#newChildren();
  }

  /** The latest one. */
  get attempt(): number {
    return this.#attempt;
  }

  get idempotencyKey(): string {
    return `${this.runId}:${this.recordId}`;
  }

  /** For hooks: that of the whole record. */
  get traceparent(): string {
    return recordTraceparent(this.#at.frame.execution.run, this.recordId);
  }

  traceparentOf(attempt: number): string {
    return attemptTraceparent(this.#at.frame.execution.run, this.recordId, attempt);
  }

  get log(): Logger {
    this.#log ??= createLogger((level, message, fields) => {
      this.append("log", { level, message, ...(fields === undefined ? {} : { fields: shown(fields) }) });
    });
    return this.#log;
  }

  get state(): NodeState {
    const { state } = this.#at.frame.execution.host.store;
    const scope = `node:${this.flowName}/${this.stepId}`;
    return {
      get: (key) => state.get(scope, key),
      set: (key, value) => state.set(scope, key, value),
      delete: (key) => state.delete(scope, key),
    };
  }

  /** For the built-in hooks that store something of their own. */
  get masker(): Masker {
    return this.#at.frame.execution.masker;
  }

  maskValue(value: string): void {
    this.masker.add(value);
  }

  evaluate(template: Template): Json {
    return template.evaluate(this.#at.frame.values);
  }

  ownPrefix(input: string): string {
    const { frame, step } = this.#at;
    const { source } = step.with;
    const isMap = typeof source === "object" && source !== null && Object.hasOwn(source, input);
    return ownPrefix(isMap ? (source as StepInputs)[input] : undefined, frame.execution.flow, frame.values);
  }

  progress(current: number, total: number): void {
    this.append("step-progress", { current, total });
  }

  runChild(options: StepChildOptions): Promise<ChildResult> {
    return this.children.run(traced(options, this), this.signal);
  }

  /** The context of one attempt: its own number, signal and programs, everything else shared. */
  forAttempt(number: number, signalOf: { readonly signal: AbortSignal }): AttemptContext {
    this.#attempt = number;
    return new AttemptContext(this, { number, signalOf, children: this.#newChildren() });
  }

  #newChildren(): StepChildren {
    return new StepChildren(this.#durable, this.#at.frame.execution.masker, (type, data) => this.append(type, data));
  }

  /** Writes into the log of the run, as of this record. */
  append(type: EventType, data: Json): void {
    const { run, host } = this.#at.frame.execution;
    host.store.events.append({ type, runId: run.id, recordId: this.recordId, flow: run.flow, data });
  }
}

/** Looks at its signal only when the node does, because making one costs. */
export class AttemptContext implements NodeContext {
  readonly attempt: number;
  readonly children: StepChildren;
  readonly #step: StepContext;
  readonly #signalOf: { readonly signal: AbortSignal };

  constructor(
    step: StepContext,
    own: { number: number; signalOf: { readonly signal: AbortSignal }; children: StepChildren },
  ) {
    this.#step = step;
    this.attempt = own.number;
    this.#signalOf = own.signalOf;
    this.children = own.children;
  }

  get runId(): string {
    return this.#step.runId;
  }
  get flowName(): string {
    return this.#step.flowName;
  }
  get stepId(): string {
    return this.#step.stepId;
  }
  get recordId(): string {
    return this.#step.recordId;
  }
  get log(): Logger {
    return this.#step.log;
  }
  get metrics(): Record<string, unknown> {
    return this.#step.metrics;
  }
  get signal(): AbortSignal {
    return this.#signalOf.signal;
  }
  get idempotencyKey(): string {
    return this.#step.idempotencyKey;
  }
  get traceparent(): string {
    return this.#step.traceparentOf(this.attempt);
  }
  get projectDir(): string {
    return this.#step.projectDir;
  }
  get env(): Readonly<Record<string, string>> {
    return this.#step.env;
  }
  get secrets(): Readonly<Record<string, string>> {
    return this.#step.secrets;
  }
  get clock(): Clock {
    return this.#step.clock;
  }
  get state(): NodeState {
    return this.#step.state;
  }
  progress(current: number, total: number): void {
    this.#step.progress(current, total);
  }
  maskValue(value: string): void {
    this.#step.maskValue(value);
  }
  evaluate(template: Template): Json {
    return this.#step.evaluate(template);
  }
  ownPrefix(input: string): string {
    return this.#step.ownPrefix(input);
  }
  runChild(options: StepChildOptions): Promise<ChildResult> {
    return this.children.run(traced(options, this), this.signal);
  }
}

/** A program belongs to the trace of what starts it, whatever this process was itself started by. */
function traced(options: StepChildOptions, { env, traceparent }: NodeContext): StepChildOptions {
  return { ...options, env: { ...(options.env ?? env), TRACEPARENT: traceparent } };
}

/** Fields of a log line are anybody's; one that cannot be stored is told as text. */
function shown(fields: Readonly<Record<string, unknown>>): Json {
  try {
    return jsonOf(fields);
  } catch (error) {
    return error instanceof NotJsonError ? `fields cannot be shown: ${error.message}` : messageOf(error);
  }
}
