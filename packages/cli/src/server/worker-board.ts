import type { Json, Store } from "@pawl/flows";
import type { WorkerPool, WorkerStatus } from "@pawl/flows/workers";
import { identify, isAlive, type ProcessIdentity } from "@pawl/hooks/process";

const scope = "server";
const key = "workers";
const everyMs = 2_000;

/** The workers of the server of a project, as other commands see them. */
export interface WorkerBoard {
  readonly server: ProcessIdentity;
  readonly workers: readonly WorkerStatus[];
}

/** Writes down how the workers are, when that has changed, for as long as the store is open. */
export function postWorkers(store: Store, pool: WorkerPool): void {
  const server = identify(process.pid);
  if (server === undefined) return;
  let posted = "";
  const post = (): void => {
    const board: WorkerBoard = { server, workers: pool.status() };
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
}

/** Nothing when no server is alive that has workers. */
export async function readWorkers(store: Store): Promise<WorkerBoard | undefined> {
  const board = (await store.state.get(scope, key)) as unknown as WorkerBoard | undefined;
  return board !== undefined && isAlive(board.server) ? board : undefined;
}
