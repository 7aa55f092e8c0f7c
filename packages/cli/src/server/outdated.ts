import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configFiles, type LoadedProject, pluginsOf } from "@pawl/flows";

/** What of a served project stands on disk otherwise than it is in use: only a restart takes it over. */
export class Outdated {
  readonly #dir: string;
  readonly #config: ReadonlyMap<string, string | undefined>;
  /** Of packages, as they were when they were imported. */
  readonly #versions = new Map<string, string>();
  #sentences: readonly string[] = [];

  constructor(loaded: LoadedProject) {
    this.#dir = loaded.project.dir;
    this.#config = configTexts(this.#dir);
    this.look(loaded);
  }

  /** One for each thing. */
  get sentences(): readonly string[] {
    return this.#sentences;
  }

  /** Looks again; gives what was not known before. */
  look(loaded: LoadedProject): readonly string[] {
    const before = new Set(this.#sentences);
    this.#sentences = [...this.#configs(), ...this.#packages(loaded)];
    return this.#sentences.filter((sentence) => !before.has(sentence));
  }

  #configs(): string[] {
    const now = configTexts(this.#dir);
    return configFiles
      .filter((name) => now.get(name) !== this.#config.get(name))
      .map((name) => `${name} has changed: restart pawl serve to take it over.`);
  }

  #packages({ project, code }: LoadedProject): string[] {
    return pluginsOf(project).flatMap(({ kind, source, version = "" }) => {
      const imported = code.plugins.get(source);
      if (kind !== "package" || imported?.plugin === undefined) return [];
      const used = this.#versions.get(source) ?? imported.hash;
      this.#versions.set(source, used);
      if (used === version) return [];
      return [`${source} is ${version} on disk, and ${used} is in use: restart pawl serve to take it over.`];
    });
  }
}

function configTexts(dir: string): ReadonlyMap<string, string | undefined> {
  return new Map(configFiles.map((name) => [name, textOf(join(dir, name))]));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
