import type { RunBody } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import type { Store } from "../durability/store.ts";
import type { ExecuteOptions } from "./engine.ts";
import { whenItWaitsForPeople } from "./waiting-for-people.ts";

/** Executes one run (and its sub-runs) in this process until it has ended, or waits for a person. */
export async function executeHere(
  store: Store,
  body: RunBody,
  runId: string,
  { signal, untilEnded = false }: ExecuteOptions,
): Promise<RunRecord> {
  const { durability } = store;
  const cancel = () => {
    const { reason } = signal!;
    durability.cancel(runId, reason instanceof Error ? reason.message : String(reason)).catch(() => {});
  };
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  const leaving = new AbortController();
  const stopWatching = untilEnded ? () => {} : whenItWaitsForPeople(store, runId, () => leaving.abort());
  const worker = durability.work(body, { only: runId });
  try {
    return await durability.ended(runId, leaving.signal);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    await worker.close(0);
    return (await durability.get(runId))!;
  } finally {
    stopWatching();
    signal?.removeEventListener("abort", cancel);
    await worker.close();
  }
}
