import type { Pruned, Retention, Store } from "./store.ts";

const scope = "upkeep";
const key = "pruned-at";

export interface DueOptions {
  /** Milliseconds that lie between two times at least. */
  readonly everyMs: number;
  /** Default: the system's time. */
  readonly now?: number;
}

/** Prunes, unless somebody has done so within `everyMs`: then nothing is given. Of several processes mostly one does it. */
export async function pruneWhenDue(
  store: Store,
  retention: () => Retention | Promise<Retention>,
  { everyMs, now = Date.now() }: DueOptions,
): Promise<Pruned | undefined> {
  const last = await store.state.get(scope, key);
  // A time that lies in the future was written before the clock was set back.
  if (typeof last === "number" && last <= now && now - last < everyMs) return undefined;
  await store.state.set(scope, key, now);
  return store.prune(await retention());
}
