import type { RunRecord, Store } from "@pawl/flows";
import { nearest } from "@pawl/hooks/diagnostics";
import { type CommandError, notFound, usageError } from "./command-error.ts";
import { shortId } from "./output/run-view.ts";

const longestId = 26;

/**
 * The run whose id begins with this, or the newest run of the flow that has this name.
 * @throws CommandError when there is none, or more than one
 */
export async function findRun(store: Store, prefix: string): Promise<RunRecord> {
  const wanted = prefix.trim().toUpperCase().replace(/…$/, "");
  const exact = await store.durability.get(wanted);
  if (exact) return exact;
  // Ids sort like text: the newest ones below the end of the prefix are those that begin with it.
  const below = await store.durability.list({ before: wanted.padEnd(longestId + 1, "~"), limit: 2 });
  const [first, second] = below.filter((run) => run.id.startsWith(wanted));
  if (first === undefined || wanted === "") {
    const [ofFlow] = await store.durability.list({ flow: prefix, limit: 1 });
    if (ofFlow === undefined) throw await unknownRun(store, prefix);
    return ofFlow;
  }
  if (second === undefined) return first;
  const message = `More than one run begins with ${prefix}: ${shortId(first.id)} (${first.flow}), ${shortId(second.id)} (${second.flow}).`;
  throw usageError(message, `pawl show ${first.id}`);
}

/** The newest run. */
export async function latestRun(store: Store): Promise<RunRecord> {
  const [latest] = await store.durability.list({ limit: 1 });
  if (!latest) throw notFound("There are no runs yet.", "pawl run FLOW");
  return latest;
}

async function unknownRun(store: Store, id: string): Promise<CommandError> {
  const recent = await store.durability.list({ limit: 100 });
  if (recent.length === 0) return notFound(`There is no run ${id}: there are no runs yet.`, "pawl run FLOW");
  const length = Math.max(id.length, 1);
  const near = nearest(
    id,
    recent.map((run) => run.id.slice(0, length)),
  );
  const suggestion =
    near === undefined ? `The latest is ${shortId(recent[0]!.id)} (${recent[0]!.flow}).` : `Did you mean ${near}?`;
  return notFound(`There is no run ${id}. ${suggestion}`, "pawl runs");
}
