import type { Store } from "../durability/store.ts";
import type { NewEvent } from "../events/event-log.ts";
import type { JsonObject } from "../json.ts";

/** What is known of one run of the tree: a run and its sub-runs. */
class Life {
  /** Records that have begun and not ended. */
  readonly open = new Set<string>();
  /** Records that have asked a person. */
  readonly asking = new Set<string>();
  /** Sub-runs by the record that started them. */
  readonly children = new Map<string, Life>();
  isParked = false;

  /** Nothing of it happens until somebody answers. */
  get isIdle(): boolean {
    if (this.isParked) return true;
    return this.open.size > 0 && [...this.open].every((id) => this.asking.has(id) || this.children.get(id)?.isIdle);
  }

  get asks(): boolean {
    return this.asking.size > 0 || [...this.children.values()].some((child) => child.asks);
  }
}

/**
 * How long nothing may have happened. A step that is about to begin says so only once its node is loaded, and an answer that is
 * there already is taken with the next commit.
 */
const settleMs = 60;

/** Calls `then` when nothing of a run and its sub-runs happens any more, and one of them has asked a person. */
export function whenItWaitsForPeople({ events }: Store, runId: string, then: () => void): () => void {
  const root = new Life();
  const tree = new Map([[runId, root]]);
  const waits = () => root.isIdle && root.asks;
  let timer: NodeJS.Timeout | undefined;
  const unsubscribe = events.subscribe((event) => {
    if (event.type === "run-queued") return join(tree, event);
    const life = tree.get(event.runId ?? "");
    if (life === undefined) return;
    follow(life, event);
    clearTimeout(timer);
    if (waits()) timer = setTimeout(() => waits() && then(), settleMs);
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

function join(tree: Map<string, Life>, { runId, data }: NewEvent): void {
  const { parent, record } = (data ?? {}) as JsonObject;
  const life = tree.get(String(parent));
  if (life === undefined || runId === undefined) return;
  const child = new Life();
  tree.set(runId, child);
  life.children.set(String(record), child);
}

function follow(life: Life, { type, recordId }: NewEvent): void {
  if (recordId === undefined) {
    if (type === "run-waiting") life.isParked = true;
    if (type === "run-ended" || type === "run-resumed") life.isParked = false;
    return;
  }
  if (type === "run-waiting") life.asking.add(recordId);
  if (type !== "step-started" && type !== "step-ended") return;
  life.isParked = false;
  life.asking.delete(recordId);
  if (type === "step-started") life.open.add(recordId);
  else {
    life.open.delete(recordId);
    life.children.delete(recordId);
  }
}
