import { type Flow, type LoadedProject, type ParsedFlow, parseFlowFiles, readFlowFiles } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "../catalogue.ts";

/** What a look at the flow files has found. */
export interface Reading {
  /** Flows whose definition is another one than before, or that are new; by name. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Files that have become broken; `kept` is the flow that goes on as it was. */
  readonly broken: readonly { readonly parsed: ParsedFlow; readonly kept: string | undefined }[];
}

/** The flows of a project as they are now. A file that becomes broken keeps its last good definition. */
export class FlowBook {
  #loaded: LoadedProject;
  #flows: ReadonlyMap<string, Flow> = new Map();
  #files: readonly ParsedFlow[] = [];

  constructor(loaded: LoadedProject) {
    this.#loaded = loaded;
  }

  /** From the next reading on, flows are checked against this code. */
  use(loaded: LoadedProject): void {
    this.#loaded = loaded;
  }

  get flows(): readonly Flow[] {
    return [...this.#flows.values()];
  }

  /** Every file with what was found in it. */
  get files(): readonly ParsedFlow[] {
    return this.#files;
  }

  find(name: string): Flow | undefined {
    return this.#flows.get(name);
  }

  /** Reads all files again. */
  async read(): Promise<Reading> {
    const files = readFlowFiles(this.#loaded.project.dir);
    const set = await parseFlowFiles(files, await catalogueOf(this.#loaded, files));
    const flows = new Map(set.flows);
    const broken = [];
    for (const parsed of set.files) {
      if (parsed.flow !== undefined) continue;
      const kept = this.flows.find((flow) => flow.file === parsed.file);
      if (kept !== undefined && !flows.has(kept.name)) flows.set(kept.name, kept);
      if (!this.#isKnownBroken(parsed)) broken.push({ parsed, kept: kept?.name });
    }
    const before = this.#flows;
    this.#flows = flows;
    this.#files = set.files;
    return {
      changed: [...flows.values()].filter((flow) => before.get(flow.name)?.hash !== flow.hash).map(({ name }) => name),
      removed: [...before.keys()].filter((name) => !flows.has(name)),
      broken,
    };
  }

  /** The same mistakes are told once. */
  #isKnownBroken({ file, diagnostics }: ParsedFlow): boolean {
    const before = this.#files.find((parsed) => parsed.file === file);
    if (before === undefined || !hasErrors(before.diagnostics)) return false;
    return JSON.stringify(before.diagnostics) === JSON.stringify(diagnostics);
  }
}
