import type { IsolateProgram } from "@pawl/hooks/isolate";
import { hashOf, textOf } from "../plugins/file-text.ts";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import { defaultImportMs, harmful } from "../plugins/load-plugin.ts";
import { ownVersion } from "../plugins/version-problem.ts";
import { modulesIn } from "../project/state-folder.ts";
import { contentOf, importedBy } from "./content.ts";
import { type Probed, probeInProcess } from "./probe-process.ts";
import type { Look } from "./protocol.ts";
import { readVerdicts, type Verdict, type Verdicts, writeVerdicts } from "./verdicts.ts";

/** How plugins are looked at before they are imported. */
export interface ProbeOptions {
  /** The built file of a program that calls `serveProbe`. Default: one that provides no further modules. */
  readonly program?: string | undefined;
  /** Ends a look early. */
  readonly signal?: AbortSignal | undefined;
  /** Looks at all of them, whatever is remembered. Default: at those that are others than they were. */
  readonly isFresh?: boolean;
}

/** What an import may take. */
export interface ImportLimits {
  /** Milliseconds for each plugin. Default: 10 000. */
  readonly importMs?: number | undefined;
  /** Megabytes of memory. Default: 512. */
  readonly memoryMb?: number | undefined;
}

export interface ProbedProject {
  readonly dir: string;
  readonly stateDir: string;
}

/** What is known of plugins that this process need not have imported. */
export interface Findings {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Files of the project that the plugins import. */
  readonly files: readonly string[];
}

const defaultMemoryMb = 512;
const ownProgram: IsolateProgram = { from: import.meta.url, name: "probe/probe-main" };
/** A plugin that is written while it is looked at is looked at again, so often. */
const mostRounds = 3;

/** Looks at plugins in a process of its own: at all that are others than when they were last looked at, with one process. */
export async function probePlugins(
  project: ProbedProject,
  places: readonly PluginPlace[],
  options: ProbeOptions & ImportLimits,
): Promise<Findings> {
  const { importMs = defaultImportMs, memoryMb = defaultMemoryMb } = options;
  const by = `${ownVersion()} ${process.version} ${importMs} ${memoryMb}`;
  let known = readVerdicts(project.stateDir, by);
  for (let round = 0; round < mostRounds; round++) {
    const isForced = options.isFresh === true && round === 0;
    const left = places.filter((place) => isForced || !isCurrent(known, place));
    if (left.length === 0) break;
    known = await looked(project, left, { ...options, importMs, memoryMb }, known);
    writeVerdicts(project.stateDir, known);
    // What threw may have been mended elsewhere, so it is never current: once is enough for now.
    if (left.every((place) => known.plugins[place.source]?.content === contentOf(place))) break;
  }
  const verdicts = new Map(places.map(({ source }) => [source, known.plugins[source]!]));
  return { verdicts, files: Object.keys(known.shared) };
}

/** Whether what is known of it holds for what stands there now. */
function isCurrent({ plugins, shared }: Verdicts, place: PluginPlace): boolean {
  const verdict = plugins[place.source];
  if (verdict === undefined || (verdict.plugin === undefined && !verdict.isHarmful)) return false;
  if (verdict.content !== contentOf(place)) return false;
  return place.kind === "package" || Object.entries(shared).every(([file, hash]) => hashOf(textOf(file)) === hash);
}

async function looked(
  project: ProbedProject,
  places: readonly PluginPlace[],
  options: ProbeOptions & Limits,
  { by, shared: before, plugins: others }: Verdicts,
): Promise<Verdicts> {
  const contents = new Map(places.map((place) => [place.source, contentOf(place)]));
  const { looks, files } = await lookAtAll(project, places, options);
  const verdicts = [...looks].map(([source, look]): [string, Verdict] => {
    return [source, { ...look, content: contents.get(source)! }];
  });
  const own = new Set(places.map(({ specifier }) => specifier));
  const local = places.filter(({ kind }) => kind === "file").map(({ specifier }) => specifier);
  const shared = [...Object.keys(before), ...files, ...importedBy(local)].filter((file) => !own.has(file));
  const hashes = shared.map((file) => [file, hashOf(textOf(file))]).filter(([, hash]) => hash !== "");
  return { by, shared: Object.fromEntries(hashes), plugins: { ...others, ...Object.fromEntries(verdicts) } };
}

interface Limits {
  readonly importMs: number;
  readonly memoryMb: number;
}

interface Looks {
  readonly looks: ReadonlyMap<string, Look>;
  readonly files: readonly string[];
}

/** With one process, and another one after each plugin that ended it. */
async function lookAtAll(
  { dir: projectDir, stateDir }: ProbedProject,
  places: readonly PluginPlace[],
  { program, signal, importMs, memoryMb }: ProbeOptions & Limits,
): Promise<Looks> {
  const looks = new Map<string, Look>();
  const files = new Set<string>();
  let left = places;
  while (left.length > 0) {
    const start = { projectDir, cacheDir: modulesIn(stateDir), places: left, importMs };
    const probed = await probeInProcess({ program: program ?? ownProgram, start, memoryMb, signal });
    for (const [source, look] of probed.looks) looks.set(source, look);
    for (const file of probed.files) files.add(file);
    left = remaining(left, probed, looks);
  }
  return { looks, files: [...files] };
}

/** Who is still to be looked at; who ended the process is among the looks. */
function remaining(
  places: readonly PluginPlace[],
  { cutOff, failed }: Probed,
  looks: Map<string, Look>,
): readonly PluginPlace[] {
  if (failed !== undefined) {
    for (const place of places) looks.set(place.source, { diagnostics: [harmful(place, failed)], isHarmful: false });
    return [];
  }
  const index = places.findIndex(({ source }) => source === cutOff?.source);
  if (cutOff === undefined || index < 0) return [];
  // Memory and a sudden end may be the doing of those before it: it is looked at again, as the first of a process.
  if (index > 0 && cutOff.hasBegun && !cutOff.isBlocked) return places.slice(index);
  const place = places[cutOff.hasBegun ? index : Math.max(0, index - 1)]!;
  looks.set(place.source, { diagnostics: [harmful(place, cutOff.how)], isHarmful: true });
  return places.slice(cutOff.hasBegun ? index + 1 : index);
}
