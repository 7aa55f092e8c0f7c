import { RunCancelled, RunInterrupted } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import type { StateStore } from "../durability/store.ts";
import type { SubFlowCall } from "../execution/execution.ts";
import type { ToolUse, ToolUseHost, ToolVerdict } from "../hooks/tool-use.ts";
import type { Json } from "../json.ts";
import { NodeResult } from "../nodes/node.ts";
import type { Ask, FromWorker, ToWorker } from "./protocol.ts";
import { sentError } from "./sent-error.ts";

/** Something that a supervisor does for the steps in its workers. */
export type Service = (data: never, call: ServiceCall) => Promise<unknown>;

export interface ServiceCall {
  /** The run that it is for; those of the state are for none alone. */
  readonly run: RunRecord;
  readonly signal: AbortSignal;
}

export interface StateCall {
  readonly scope: string;
  readonly key: string;
  readonly value?: Json;
  readonly expiresAt?: number;
}

export type SentSubFlow = Omit<SubFlowCall, "signal" | "parent">;

export interface SentToolUse extends Pick<ToolUse, "step" | "inputs"> {
  readonly recordId: string;
  readonly traceparent: string;
  readonly isAborted: boolean;
  readonly result?: Pick<NodeResult, "status" | "output" | "error">;
}

/** What lifecycle hooks decided, and what each of them said. */
export interface SaidBefore {
  readonly verdict: ToolVerdict | undefined;
  readonly said: readonly Json[];
}

export interface ServiceParts {
  readonly state: StateStore;
  readonly runSubFlow: (call: SubFlowCall) => Promise<RunRecord>;
  readonly toolUse: ToolUseHost | undefined;
}

export function createServices({ state, runSubFlow, toolUse }: ServiceParts): Readonly<Record<string, Service>> {
  return {
    "state.get": ({ scope, key }: StateCall) => state.get(scope, key),
    "state.set": ({ scope, key, value, expiresAt }: StateCall) =>
      state.set(scope, key, value ?? null, expiresAt === undefined ? {} : { expiresAt }),
    "state.delete": ({ scope, key }: StateCall) => state.delete(scope, key),
    "sub-flow": (call: SentSubFlow, { run, signal }) => runSubFlow({ ...call, parent: run, signal }),
    "tool.before": async (sent: SentToolUse, call): Promise<SaidBefore> => {
      const { use, said } = receivedUse(sent, call);
      return { verdict: await toolUse?.before(use), said };
    },
    "tool.after": async (sent: SentToolUse, call): Promise<readonly Json[]> => {
      const { use, said } = receivedUse(sent, call);
      await toolUse?.after(use, new NodeResult(sent.result!));
      return said;
    },
  };
}

/** What hooks say about it is written into the log by the worker, in its place among the other events of the run. */
function receivedUse(sent: SentToolUse, { run, signal }: ServiceCall): { use: ToolUse; said: Json[] } {
  const { recordId, traceparent, step, inputs, isAborted } = sent;
  const said: Json[] = [];
  const context = { runId: run.id, recordId, traceparent, signal: isAborted ? AbortSignal.abort() : signal };
  return { use: { context, step, inputs, note: (data) => void said.push(data) }, said };
}

/** The asks of one worker that are being answered. */
export class OpenAsks {
  readonly #open = new Map<number, AbortController>();

  async answer(ask: Ask, run: RunRecord | undefined, service: Service | undefined, send: (message: ToWorker) => void) {
    const { call, what, data } = ask;
    const controller = new AbortController();
    this.#open.set(call, controller);
    try {
      if (service === undefined) throw new Error(`The supervisor of the workers knows no "${what}".`);
      const value = await service(data as never, { run: run!, signal: controller.signal });
      send({ type: "answer", call, value });
    } catch (error) {
      send({ type: "answer", call, error: sentError(error) });
    } finally {
      this.#open.delete(call);
    }
  }

  give({ call, reason, message }: Extract<FromWorker, { type: "unask" }>): void {
    this.#open.get(call)?.abort(reason === "cancelled" ? new RunCancelled(message) : new RunInterrupted(message));
  }

  /** The worker that asked is gone; what it asked for goes on without it, and is found by who asks again. */
  close(): void {
    for (const controller of this.#open.values())
      controller.abort(new RunInterrupted("The worker that asked is gone."));
  }
}
