import { type GuardRecord, onGuardCall } from "@pawl/hooks/guard";
import type { RunRecord } from "../durability/records.ts";
import type { RunStore } from "../durability/store.ts";
import { EventBudget } from "../events/event-budget.ts";
import type { SubFlowCall } from "../execution/execution.ts";
import { isInterruption } from "../execution/interruption.ts";
import type { StepMetrics } from "../hooks/step-metrics.ts";
import type { ToolUse, ToolUseHost } from "../hooks/tool-use.ts";
import type { Json } from "../json.ts";
import type { Link } from "./link.ts";
import type { CallSample, StepSample } from "./protocol.ts";
import type { SaidBefore, SentSubFlow, SentToolUse, StateCall } from "./services.ts";

/** Asks the supervisor for something on behalf of a run. */
export type AskFor = <T>(run: string | undefined, what: string, data: unknown, signal?: AbortSignal) => Promise<T>;

export function createAskFor(link: Link): AskFor {
  return async (run, what, data, signal) => {
    let stop = () => {};
    const watch = (call: number): void => {
      if (signal === undefined) return;
      const onAbort = () => {
        const reason = isInterruption(signal.reason) ? "interrupted" : "cancelled";
        link.send({ type: "unask", call, reason, message: String(signal.reason?.message ?? signal.reason) });
      };
      signal.addEventListener("abort", onAbort, { once: true });
      stop = () => signal.removeEventListener("abort", onAbort);
    };
    try {
      return await link.ask({ type: "ask", ...(run === undefined ? {} : { run }), what, data }, watch);
    } finally {
      stop();
    }
  };
}

export interface RemoteStore extends RunStore {
  /** The run has ended here. */
  forget(runId: string): void;
}

/** What is stored and asked for goes to the supervisor. */
export function remoteStore(link: Link, askFor: AskFor): RemoteStore {
  // The supervisor cuts what is too much; nothing beyond that has to travel.
  const budget = new EventBudget({}, () => ({ events: 0, text: 0 }));
  return {
    forget: (runId) => void budget.spend({ type: "run-ended", runId }, null),
    events: {
      append(event) {
        const timed = { time: Date.now(), ...event };
        const size = event.data === undefined ? null : sizeText(event.data);
        if (budget.spend(event, size) !== "cut") link.send({ type: "event", event: timed });
      },
    },
    state: {
      get: (scope, key) => askFor<Json | undefined>(undefined, "state.get", { scope, key } satisfies StateCall),
      set: (scope, key, value, options = {}) =>
        askFor(undefined, "state.set", { scope, key, value, ...options } satisfies StateCall),
      delete: (scope, key) => askFor(undefined, "state.delete", { scope, key } satisfies StateCall),
    },
  };
}

/** Only its length counts. */
function sizeText(data: Json): string {
  return typeof data === "string" ? data : JSON.stringify(data);
}

export function remoteSubFlows(askFor: AskFor): (call: SubFlowCall) => Promise<RunRecord> {
  return ({ signal, parent, ...call }) => askFor(parent.id, "sub-flow", call satisfies SentSubFlow, signal);
}

/** Lifecycle hooks live in the supervisor, where they are read again when their files change. */
export function remoteTools(askFor: AskFor): ToolUseHost {
  const sent = ({ context, step, inputs }: ToolUse): SentToolUse => {
    const { recordId, traceparent, signal } = context;
    return { recordId, traceparent, step: { id: step.id, uses: step.uses }, inputs, isAborted: signal.aborted };
  };
  return {
    async before(use) {
      const { runId, signal } = use.context;
      const { verdict, said } = await askFor<SaidBefore>(runId, "tool.before", sent(use), signal);
      for (const data of said) use.note(data);
      return verdict;
    },
    async after(use, { status, output, error }) {
      const call: SentToolUse = { ...sent(use), result: { status, output, error } };
      for (const data of await askFor<readonly Json[]>(use.context.runId, "tool.after", call)) use.note(data);
    },
  };
}

/** Samples on their way to the supervisor, many in a message. */
export class RemoteMetrics implements StepMetrics {
  readonly #link: Link;
  #steps: StepSample[] = [];
  #calls: CallSample[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(link: Link) {
    this.#link = link;
    onGuardCall((record) => this.#note(record));
  }

  observe({ flow, step }: { readonly flow: string; readonly step: string }, status: string, seconds: number): void {
    this.#steps.push([flow, step, status, seconds]);
    this.#schedule();
  }

  /** The supervisor shows them. */
  text(): string {
    return "";
  }

  #note({ name, point, outcome, durationMs, startedAt, traceparent, parent }: GuardRecord): void {
    if (name === undefined) return;
    const place = [traceparent ?? null, parent ?? null] as const;
    this.#calls.push([name, point ?? "", outcome.status, durationMs, startedAt, ...place]);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#link.send({ type: "metrics", steps: this.#steps, calls: this.#calls });
      this.#steps = [];
      this.#calls = [];
    }, 100);
  }
}
