import {
  type KeptPlugins,
  type LoadedProject,
  type ReloadedProject,
  reloadProject,
  writeKeptPlugins,
} from "@pawl/flows";
import type { WorkerPool } from "@pawl/flows/workers";
import { probing, provided } from "../open-project.ts";
import type { Runtime } from "../runtime.ts";
import type { FlowBook } from "./flow-book.ts";

export interface CodeParts {
  readonly runtime: Runtime;
  readonly flows: FlowBook;
  readonly pool: WorkerPool | undefined;
}

/** The code of a served project as it is now. */
export class ProjectCode {
  readonly #parts: CodeParts;
  #loaded: LoadedProject;
  /** Plugins that go on as they were, because their files are broken. */
  #kept: ReadonlySet<string> = new Set();

  constructor(loaded: LoadedProject, parts: CodeParts) {
    this.#loaded = loaded;
    this.#parts = parts;
  }

  get loaded(): LoadedProject {
    return this.#loaded;
  }

  /** Files that plugins import, which have to be watched with them. */
  get files(): Iterable<string> {
    return this.#loaded.code.shared.keys();
  }

  /**
   * Takes over what has changed in the plugins: runs that begin from now on have it, those under way end with what they began
   * with, and workers with the old code take no further ones. Flow files have to be read again, and triggers to be renewed.
   * @returns nothing when all is as it was
   */
  async renew(): Promise<ReloadedProject | undefined> {
    const reloaded = await reloadProject(this.#loaded, { provide: provided, probe: probing() });
    if (reloaded === undefined) return undefined;
    const { runtime, flows, pool } = this.#parts;
    const { loaded, changed, removed } = reloaded;
    this.#loaded = loaded;
    const kept = keptPlugins(loaded);
    const hasNewlyKept = Object.keys(kept).some((source) => !this.#kept.has(source));
    this.#kept = new Set(Object.keys(kept));
    writeKeptPlugins(loaded.project, kept);
    if (changed.length + removed.length === 0) {
      // A worker that was just starting may have read the broken file itself, before it could know what is kept.
      if (hasNewlyKept) pool?.renew();
      return reloaded;
    }
    flows.use(loaded);
    runtime.engine.renew({ registry: loaded.nodes, hooks: loaded.hooks, functions: loaded.functions });
    pool?.renew();
    return reloaded;
  }

  /** Nothing is kept for anybody any more. */
  close(): void {
    forgetKeptPlugins(this.#loaded);
  }
}

function keptPlugins({ code }: LoadedProject): KeptPlugins {
  const kept = [...code.plugins].filter(([, { isKept, text }]) => isKept && text !== undefined);
  return Object.fromEntries(
    kept.map(([source, { text, described }]) => [source, { text: text!, ...(described ? { described } : {}) }]),
  );
}

/** What an earlier server kept, and could not clear away, is not what the next one has. */
export function forgetKeptPlugins({ project }: LoadedProject): void {
  writeKeptPlugins(project, {});
}
