import type { LoggedEvent, RunRecord, StepRecord, Store } from "@pawl/flows";
import type { MessageHistory } from "@pawl/networks";
import { notFound, usageError } from "../command-error.ts";
import type { Recall } from "./recall.ts";

/** Everything that is remembered of one trace. */
export interface TraceFacts {
  readonly traceId: string;
  /** Oldest first. */
  readonly runs: readonly RunFacts[];
  readonly messages: readonly MessageHistory[];
}

export interface RunFacts {
  readonly run: RunRecord;
  readonly steps: readonly StepRecord[];
  readonly events: readonly LoggedEvent[];
}

const mostRuns = 1_000;
const shortestHex = 6;

/**
 * The one trace that the word belongs to: the id of a run, a message, an event or a trace, or its beginning.
 * @throws CommandError when there is none, or more than one
 */
export async function findTrace(store: Store, recall: Recall, word: string): Promise<string> {
  const wanted = word.trim().replace(/…$/, "");
  if (wanted === "") throw usageError("pawl trace takes the id of a run, a message, an event or a trace.");
  const found = new Map<string, string>();
  for (const run of await runsNamed(store, wanted)) found.set(run.traceId, `${run.flow}, run ${run.id}`);
  for (const message of await messagesNamed(recall, wanted)) {
    if (!found.has(message.traceId)) {
      found.set(message.traceId, `${message.network}, message ${message.correlationId}`);
    }
  }
  const [first, ...others] = found.keys();
  if (first === undefined) {
    const message = `Nothing is remembered of ${word}: no run, message, event or trace is called so.`;
    throw notFound(message, "pawl runs");
  }
  if (others.length === 0) return first;
  const some = [...found].slice(0, 5).map(([trace, what]) => `${trace} (${what})`);
  throw usageError(`${word} is the beginning of more than one: ${some.join(", ")}.`, `pawl trace ${first}`);
}

async function runsNamed({ durability }: Store, word: string): Promise<readonly RunRecord[]> {
  const upper = word.toUpperCase();
  const isId = /^[0-9A-HJKMNP-TV-Z]{1,26}$/.test(upper);
  const below = isId ? await durability.list({ before: upper.padEnd(27, "~"), limit: 5 }) : [];
  const ofEvent = await durability.list({ eventId: word, limit: 5 });
  const ofTrace = isHex(word) ? await durability.list({ traceId: word.toLowerCase(), limit: 50 }) : [];
  return [...below.filter((run) => run.id.startsWith(upper)), ...ofEvent, ...ofTrace];
}

function isHex(word: string): boolean {
  return word.length >= shortestHex && /^[0-9a-f]{1,32}$/i.test(word);
}

async function messagesNamed(recall: Recall, word: string): Promise<readonly MessageHistory[]> {
  // Of a token, what stands before the edge is its message.
  const [id = ""] = word.toLowerCase().split("/");
  const ofTrace = isHex(id) ? await recall({ traceId: id }) : [];
  const isId = id.length >= shortestHex && /^[0-9a-f-]{1,36}$/.test(id);
  return isId ? [...ofTrace, ...(await recall({ correlationId: id }))] : ofTrace;
}

/** All that belongs to a trace. What messages have become in a join is in it, whatever its own id says. */
export async function gatherTrace(store: Store, recall: Recall, traceId: string): Promise<TraceFacts> {
  const { durability } = store;
  const runs = [...(await durability.list({ traceId, limit: mostRuns }))].reverse();
  return {
    traceId,
    runs: await Promise.all(runs.map((run) => factsOf(store, run))),
    messages: await recall({ traceId }),
  };
}

async function factsOf({ durability, events }: Store, run: RunRecord): Promise<RunFacts> {
  const [steps, told] = await Promise.all([
    durability.steps(run.id),
    events.read({ runId: run.id, types: ["hooks-ran", "run-resumed"], limit: 100_000 }),
  ]);
  return { run, steps, events: told };
}
