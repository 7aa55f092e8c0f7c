import { type Diagnostic, hasErrors } from "@pawl/hooks/diagnostics";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import { assemble } from "./assemble.ts";
import { filesOf, type Importing, importPlugin } from "./import-plugins.ts";
import { haveChanged, type ImportedPlugin, type Seen, seenAt, sharedFiles } from "./imported-code.ts";
import { findingsOf, type LoadOptions, loaderOf, pluginsOf, problemsOf } from "./load-project.ts";
import type { LoadedProject } from "./loaded-project.ts";

/** A plugin that cannot be taken as it is now. */
export interface BrokenPlugin {
  readonly source: string;
  /** Whether it goes on as it was before. */
  readonly isKept: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** A project with its plugins as they are now. */
export interface ReloadedProject {
  readonly loaded: LoadedProject;
  /** Sources of plugins that are new, or other ones than before. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Those that have become broken since the last look. */
  readonly broken: readonly BrokenPlugin[];
  /** Names of triggers whose code is another one now, or gone. */
  readonly renewedTriggers: ReadonlySet<string>;
}

/**
 * Looks at the plugins again, and imports what has changed: a plugin that has not stays the same objects. One that is broken now
 * stays as it was before. Packages are imported once in the life of a process; another version of one is told.
 * @returns nothing when all is as it was
 */
export async function reloadProject(
  before: LoadedProject,
  options: Pick<LoadOptions, "provide" | "probe">,
): Promise<ReloadedProject | undefined> {
  const { project } = before;
  const places = pluginsOf(project);
  const look = new Look(before, places);
  if (!look.hasChanged) return undefined;
  const { config } = before;
  const importing = {
    config,
    findings: await findingsOf(project, places, { config, probe: options.probe }),
    loader: await loaderOf(project, options),
  };
  const plugins = new Map<string, ImportedPlugin>();
  for (const place of places) plugins.set(place.source, await look.take(place, importing));
  if (!look.hasEffect) return undefined;
  const shared = sharedFiles([...before.code.shared.keys(), ...filesOf(importing)], places);
  const code = { plugins, shared };
  const diagnostics = [...before.configDiagnostics, ...problemsOf(project, places)];
  const loaded = assemble(project, { ...before, code, diagnostics });
  return { loaded, ...look.result(), renewedTriggers: renewedTriggers(before, plugins) };
}

/** What is there now, next to what was imported. */
class Look {
  readonly hasChanged: boolean;
  readonly #before: LoadedProject;
  readonly #seen: ReadonlyMap<string, Seen>;
  readonly #isSharedChanged: boolean;
  readonly #changed: string[] = [];
  readonly #removed: readonly string[];
  readonly #broken: BrokenPlugin[] = [];

  constructor(before: LoadedProject, places: readonly PluginPlace[]) {
    const { plugins, shared } = before.code;
    this.#before = before;
    this.#seen = new Map(places.map((place) => [place.source, seenAt(place)]));
    this.#isSharedChanged = haveChanged(shared);
    this.#removed = [...plugins.keys()].filter((source) => !this.#seen.has(source));
    this.hasChanged = this.#removed.length > 0 || places.some((place) => this.#isOther(place));
  }

  /** Whether there is anything to take over or to tell. */
  get hasEffect(): boolean {
    return this.#changed.length + this.#removed.length + this.#broken.length > 0;
  }

  result(): Pick<ReloadedProject, "changed" | "removed" | "broken"> {
    return { changed: this.#changed, removed: this.#removed, broken: this.#broken };
  }

  #isOther({ kind, source }: PluginPlace): boolean {
    const known = this.#before.code.plugins.get(source);
    if (known?.hash !== this.#seen.get(source)!.hash) return true;
    // What is broken may have been mended elsewhere: in a file that could not be imported.
    const isBroken = known.isKept || known.plugin === undefined;
    return kind === "file" && (this.#isSharedChanged || isBroken);
  }

  async take(place: PluginPlace, importing: Importing): Promise<ImportedPlugin> {
    const known = this.#before.code.plugins.get(place.source);
    if (known !== undefined && !this.#isOther(place)) return known;
    const seen = this.#seen.get(place.source)!;
    if (known?.plugin !== undefined && place.kind === "package") return this.#outdated(place, known, seen);
    const imported = await importPlugin(place, seen, importing);
    const { diagnostics } = imported;
    if (imported.plugin !== undefined && !hasErrors(diagnostics)) {
      this.#changed.push(place.source);
      return imported;
    }
    const isKept = known?.plugin !== undefined;
    if (JSON.stringify(diagnostics) !== JSON.stringify(known?.diagnostics)) {
      this.#broken.push({ source: place.source, isKept, diagnostics });
    }
    return isKept ? { ...known, hash: seen.hash, diagnostics, isKept } : imported;
  }

  #outdated({ source, version, file }: PluginPlace, known: ImportedPlugin, { hash }: Seen): ImportedPlugin {
    const message = `${source} is ${version} on disk, and ${known.hash} is in use: restart pawl serve to take it over.`;
    const diagnostics: Diagnostic[] = [{ code: "plugin-outdated", severity: "warning", message, file }];
    this.#broken.push({ source, isKept: true, diagnostics });
    return { ...known, hash, diagnostics, isKept: true };
  }
}

/** A trigger that stands where it stood, and is the same object, has not changed. */
function renewedTriggers(before: LoadedProject, plugins: ReadonlyMap<string, ImportedPlugin>): ReadonlySet<string> {
  const old = new Set(before.plugins.flatMap(({ triggers }) => triggers));
  const now = new Set([...plugins.values()].flatMap(({ plugin }) => plugin?.triggers ?? []));
  const differing = [...[...old].filter((each) => !now.has(each)), ...[...now].filter((each) => !old.has(each))];
  return new Set(differing.map(({ name }) => name));
}
