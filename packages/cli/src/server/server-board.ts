import type { Json, Store, TriggerStatus, TriggerSupervisor } from "@pawl/flows";
import type { WorkerPool, WorkerStatus } from "@pawl/flows/workers";
import { identify, isAlive, type ProcessIdentity } from "@pawl/hooks/process";

const scope = "server";
const key = "board";
const everyMs = 2_000;

/** How the server of a project is, as other commands see them. */
export interface ServerBoard {
  readonly server: ProcessIdentity;
  readonly workers: readonly WorkerStatus[];
  readonly triggers: readonly TriggerLosses[];
  /** What has changed on disk and is taken over only by a restart: a sentence for each. */
  readonly outdated: readonly string[];
}

export interface BoardParts {
  readonly pool: WorkerPool | undefined;
  readonly triggers: TriggerSupervisor;
  readonly outdated: { readonly sentences: readonly string[] };
}

/** What a trigger has lost since the server started, and what it does when its flow has its limit of runs. */
export interface TriggerLosses extends Pick<TriggerStatus, "flow" | "id" | "uses" | "overflow"> {
  readonly dropped: number;
  readonly lastDropped: TriggerStatus["lastDropped"] | null;
}

/**
 * Writes down how the parts of the server are, when that has changed, for as long as the store is open.
 * @returns what does so at once
 */
export function postBoard(store: Store, { pool, triggers, outdated }: BoardParts): () => void {
  const server = identify(process.pid);
  if (server === undefined) return () => {};
  let posted = "";
  const post = (): void => {
    const board: ServerBoard = {
      server,
      workers: pool?.status() ?? [],
      triggers: triggers.status().map(lossesOf),
      outdated: outdated.sentences,
    };
    const text = JSON.stringify(board);
    if (text === posted) return;
    posted = text;
    store.state.set(scope, key, JSON.parse(text) as Json).catch((error: unknown) => {
      posted = "";
      if (error instanceof Error && "code" in error && error.code === "database-closed") clearInterval(timer);
    });
  };
  const timer = setInterval(post, everyMs).unref();
  post();
  return post;
}

function lossesOf({ flow, id, uses, overflow, counts, lastDropped }: TriggerStatus): TriggerLosses {
  return { flow, id, uses, overflow, dropped: counts.dropped, lastDropped: lastDropped ?? null };
}

/** Nothing when no server is alive. */
export async function readBoard(store: Store): Promise<ServerBoard | undefined> {
  const board = (await store.state.get(scope, key)) as unknown as ServerBoard | undefined;
  return board !== undefined && isAlive(board.server) ? board : undefined;
}
