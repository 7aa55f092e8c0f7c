import type { NewEvent } from "./event-log.ts";
import type { EventType } from "./event-types.ts";

export interface EventLimits {
  /** Lines and progress kept of one run. Default: 20000. */
  readonly maxEventsPerRun?: number;
  /** Characters kept of one run's lines and progress. Default: 8 MiB. */
  readonly maxTextPerRun?: number;
}

interface Spent {
  events: number;
  text: number;
  isCut: boolean;
}

/** What a program can write without end. All other events are few, and always kept. */
const boundedTypes: ReadonlySet<EventType> = new Set(["log", "stdout", "stderr", "step-progress"]);

/** How much each run may still write into the log. */
export class EventBudget {
  readonly #maxEvents: number;
  readonly #maxText: number;
  readonly #spentBefore: (runId: string) => { readonly events: number; readonly text: number };
  readonly #runs = new Map<string, Spent>();

  /** `spentBefore` counts what is stored of a run, for one that an earlier process began. */
  constructor(limits: EventLimits, spentBefore: (runId: string) => { events: number; text: number }) {
    this.#maxEvents = limits.maxEventsPerRun ?? 20_000;
    this.#maxText = limits.maxTextPerRun ?? 8 * 1024 * 1024;
    this.#spentBefore = spentBefore;
  }

  /** `first-cut` is said once: then a line has to tell that the rest is missing. */
  spend(event: NewEvent, data: string | null): "keep" | "cut" | "first-cut" {
    if (event.type === "run-ended" && event.runId !== undefined) this.#runs.delete(event.runId);
    if (event.runId === undefined || !boundedTypes.has(event.type)) return "keep";
    const spent = this.#spentBy(event.runId);
    if (spent.isCut) return "cut";
    if (spent.events + 1 <= this.#maxEvents && spent.text + (data?.length ?? 0) <= this.#maxText) {
      spent.events += 1;
      spent.text += data?.length ?? 0;
      return "keep";
    }
    spent.isCut = true;
    return "first-cut";
  }

  /** The one line that stands for what is missing. */
  notice(event: NewEvent): NewEvent {
    const message = `The log of this run is cut here: it holds ${this.#maxEvents} lines or ${this.#maxText} characters at most. The run goes on; its further output is not kept.`;
    return { type: "log", runId: event.runId!, data: { level: "warn", message, code: "log-cut" } };
  }

  #spentBy(runId: string): Spent {
    let spent = this.#runs.get(runId);
    if (spent === undefined) {
      const before = this.#spentBefore(runId);
      // A notice that was stored before counts as one event more than the limit.
      spent = { ...before, isCut: before.events > this.#maxEvents || before.text > this.#maxText };
      this.#runs.set(runId, spent);
    }
    return spent;
  }
}
