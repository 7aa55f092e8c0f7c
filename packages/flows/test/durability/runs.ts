import type { Json, NewRun, RunScope, StepEnd, StepRecord } from "../../src/index.ts";

/** A run of the flow `f`, at most 16 at once. */
export function newRun(fields: Partial<NewRun> = {}): NewRun {
  return {
    flow: "f",
    definition: { hash: "hash-of-f", text: "name: f", file: "flows/f.yaml" },
    inputs: {},
    vars: {},
    trigger: {
      type: "manual",
      id: undefined,
      payload: null,
      event: {},
      eventId: undefined,
      time: 1_000,
      traceparent: undefined,
    },
    concurrency: { limit: 16, key: "", overflow: "queue" },
    ...fields,
  };
}

export function limited(
  limit: number,
  overflow: NewRun["concurrency"]["overflow"] = "queue",
  key = "",
): Partial<NewRun> {
  return { concurrency: { limit, key, overflow } };
}

export function completed(output: Json = null): StepEnd {
  return { status: "completed", output, error: undefined, reason: undefined, hooks: [] };
}

/** One step that completes with what `work` gives. */
export function step(scope: RunScope, id: string, work: () => Json | Promise<Json> = () => null): Promise<StepRecord> {
  return scope.step({ id, step: id.replace(/[#[].*/, "") }, async () => completed(await work()));
}

/** A door that opens once: `opened` waits for it. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly isOpen: boolean;
  open(): void;
}

export function gate(): Gate {
  let resolveOpened!: () => void;
  let isOpen = false;
  const opened = new Promise<void>((resolve) => {
    resolveOpened = resolve;
  });
  return {
    opened,
    get isOpen() {
      return isOpen;
    },
    open() {
      isOpen = true;
      resolveOpened();
    },
  };
}
