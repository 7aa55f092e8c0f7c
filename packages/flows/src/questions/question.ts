import type { RunRecord } from "../durability/records.ts";
import type { Store } from "../durability/store.ts";
import type { LoggedEvent, NewEvent } from "../events/event-log.ts";
import type { EventType } from "../events/event-types.ts";
import type { Json } from "../json.ts";
import type { AskedInput } from "../nodes/node.ts";

/** What a step waits to hear from a person. */
export interface Question {
  /** Tells it from others of the same record: an approval before a step, and what its node asks then. */
  readonly id: string;
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
  for await (const event of eventsOf(store, run.id, ["run-waiting", "run-answered"])) {
    const { recordId } = event;
    if (recordId === undefined || !waiting.has(recordId)) continue;
    asked.delete(recordId);
    if (event.type === "run-waiting") asked.set(recordId, questionIn(event));
  }
  const now = Date.now();
  return [...asked.values()].filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

/** The same of a run and of its sub-runs, however deep. */
export async function openQuestionsBelow(store: Store, run: RunRecord): Promise<readonly Question[]> {
  if (run.endedAt !== undefined) return [];
  const others = await store.durability.list({ status: ["queued", "running", "waiting"], limit: pageSize });
  const tree = [run];
  for (const parent of tree) tree.push(...others.filter((other) => other.parent?.runId === parent.id));
  return (await Promise.all(tree.map((each) => openQuestions(store, each)))).flat();
}

/** The events of these kinds of one run, in order, however many there are. */
export async function* eventsOf(store: Store, runId: string, types: readonly EventType[]): AsyncGenerator<LoggedEvent> {
  let after = 0;
  for (;;) {
    const page = await store.events.read({ runId, after, limit: pageSize, types });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)!.seq;
  }
}

/** The question that an event `run-waiting` of a step asks. */
export function questionIn({ runId, recordId, flow, data, time }: NewEvent & { readonly time: number }): Question {
  const {
    kind,
    message,
    approvers,
    expires_at,
    input,
    id = recordId!,
    asked_at = time,
  } = data as unknown as {
    kind: Question["kind"];
    message: Json;
    approvers: readonly string[];
    id?: string;
    asked_at?: number;
    expires_at: number | null;
    input?: AskedInput;
  };
  const common = { id, runId: runId!, flow: flow!, recordId: recordId!, kind, message, approvers };
  return { ...common, expiresAt: expires_at ?? undefined, askedAt: asked_at, input };
}
