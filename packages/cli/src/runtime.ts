import { mkdirSync } from "node:fs";
import type { Engine, Flow, InputCollector, LoadedProject, Project, Secrets, Store } from "@pawl/flows";
import { builtFile } from "./built-file.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { openProjectHooks, type ProjectHooks, type ProjectHooksOptions } from "./hooks/project-hooks.ts";
import { exportRuns } from "./otlp/open-export.ts";
import { secretsOf } from "./project-secrets.ts";

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

/** Who is asked for values before a person is, and where. */
export interface Collecting {
  readonly inputCollectors: readonly InputCollector[];
  readonly projectDir: string;
}

export interface Runtime extends Collecting {
  readonly store: Store;
  readonly engine: Engine;
  /** Nothing when the project has none. */
  readonly hooks: ProjectHooks | undefined;
  readonly secrets: Secrets;
  close(): Promise<void>;
}

/** For steps that say `isolate`. In sources that were not built, the engine finds one itself. */
function isolateProgram(): { isolateProgram?: string } {
  const file = builtFile("server/node-main.js");
  return file === undefined ? {} : { isolateProgram: file };
}

export type FindFlow = (name: string) => Flow | undefined | Promise<Flow | undefined>;

/** The engine of a project over its store, with the lifecycle hooks of the project around every step. */
export async function openRuntime(
  loaded: LoadedProject,
  findFlow: FindFlow,
  options: ProjectHooksOptions & { readonly secrets?: Secrets } = {},
): Promise<Runtime> {
  const { createEngine, EngineError } = await import("@pawl/flows");
  const { project, config } = loaded;
  const store = await openStore(project, config.store?.synchronous);
  const hooks = await openProjectHooks(loaded, options);
  const secrets = options.secrets ?? (await secretsOf(loaded));
  const endExport = exportRuns(store);
  const close = async (): Promise<void> => {
    await hooks?.close();
    await endExport();
    await store.close();
  };
  try {
    const engine = createEngine({
      projectDir: project.dir,
      store,
      registry: loaded.nodes,
      hooks: loaded.hooks,
      secrets,
      functions: loaded.functions,
      ...isolateProgram(),
      findFlow,
      ...(hooks ? { toolUse: hooks.toolUse } : {}),
    });
    hooks?.follow(store.events);
    const { inputCollectors } = loaded;
    return { store, engine, hooks, secrets, close, inputCollectors, projectDir: project.dir };
  } catch (error) {
    await close();
    if (!(error instanceof EngineError)) throw error;
    throw new CommandError(exitCodes.invalidFile, error.message, { diagnostics: error.diagnostics, cause: error });
  }
}
