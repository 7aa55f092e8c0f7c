import type { RunRecord } from "../durability/records.ts";
import type { Store } from "../durability/store.ts";
import type { LoggedEvent, NewEvent } from "../events/event-log.ts";
import type { Json } from "../json.ts";
import type { AskedInput } from "../nodes/node.ts";

/** What a step waits to hear from a person. */
export interface Question {
  readonly runId: string;
  readonly flow: string;
  /** Of the step. */
  readonly recordId: string;
  readonly kind: "approval" | "input";
  readonly message: Json;
  /** Who may decide; everybody when empty. */
  readonly approvers: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly askedAt: number;
  /** Of an input: what the value has to be. Nothing: any value. */
  readonly input: AskedInput | undefined;
}

const pageSize = 1_000;

/** What a run asks and nobody has answered yet, in the order of the questions. */
export async function openQuestions(store: Store, run: RunRecord): Promise<readonly Question[]> {
  if (run.endedAt !== undefined) return [];
  const steps = await store.durability.steps(run.id);
  const waiting = new Set(steps.filter((step) => step.status === "waiting").map((step) => step.id));
  if (waiting.size === 0) return [];
  const asked = new Map<string, Question>();
  for await (const event of eventsOf(store, run.id)) {
    const { recordId } = event;
    if (recordId === undefined || !waiting.has(recordId)) continue;
    asked.delete(recordId);
    if (event.type === "run-waiting") asked.set(recordId, questionIn(event));
  }
  const now = Date.now();
  return [...asked.values()].filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

async function* eventsOf(store: Store, runId: string): AsyncGenerator<LoggedEvent> {
  let after = 0;
  for (;;) {
    const page = await store.events.read({ runId, after, limit: pageSize, types: ["run-waiting", "run-answered"] });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)!.seq;
  }
}

/** The question that an event `run-waiting` of a step asks. */
export function questionIn({ runId, recordId, flow, data, time }: NewEvent & { readonly time: number }): Question {
  const { kind, message, approvers, expires_at, input } = data as unknown as {
    kind: Question["kind"];
    message: Json;
    approvers: readonly string[];
    expires_at: number | null;
    input?: AskedInput;
  };
  const common = { runId: runId!, flow: flow!, recordId: recordId!, kind, message, approvers };
  return { ...common, expiresAt: expires_at ?? undefined, askedAt: time, input };
}
