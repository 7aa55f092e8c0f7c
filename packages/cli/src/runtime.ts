import { mkdirSync } from "node:fs";
import type { Engine, Flow, LoadedProject, Project, Store } from "@pawl/flows";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";

/** Opens the memory of a project, and makes it when this is the first time. */
export async function openStore(project: Project, synchronous?: "full" | "normal"): Promise<Store> {
  const { openSqliteStore } = await import("@pawl/flows");
  mkdirSync(project.stateDir, { recursive: true });
  return openSqliteStore(project.databaseFile, synchronous === undefined ? {} : { synchronous });
}

/** Calls `use` with the store of a project, and closes it whatever happens. */
export async function withStore<T>(project: Project, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(project);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

export interface Runtime {
  readonly store: Store;
  readonly engine: Engine;
  close(): Promise<void>;
}

export type FindFlow = (name: string) => Flow | undefined | Promise<Flow | undefined>;

/** The engine of a project over its store. */
export async function openRuntime(loaded: LoadedProject, findFlow: FindFlow): Promise<Runtime> {
  const { createEngine, EngineError } = await import("@pawl/flows");
  const { project, config } = loaded;
  const store = await openStore(project, config.store?.synchronous);
  try {
    const engine = createEngine({
      projectDir: project.dir,
      store,
      registry: loaded.nodes,
      hooks: loaded.hooks,
      findFlow,
    });
    return { store, engine, close: () => store.close() };
  } catch (error) {
    await store.close();
    if (!(error instanceof EngineError)) throw error;
    throw new CommandError(exitCodes.invalidFile, error.message, { diagnostics: error.diagnostics, cause: error });
  }
}
