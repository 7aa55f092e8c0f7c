import { hasErrors } from "@pawl/hooks/diagnostics";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import { loadPlugin } from "../plugins/load-plugin.ts";
import type { ModuleLoader } from "../plugins/module-loader.ts";
import type { DescribedPlugin } from "../probe/described-plugin.ts";
import { isolatedPlugin } from "../probe/isolated-plugin.ts";
import type { Findings } from "../probe/probe.ts";
import type { Verdict } from "../probe/verdicts.ts";
import type { ProjectConfig } from "./config.ts";
import { type ImportedCode, type ImportedPlugin, type Seen, seenAt, sharedFiles } from "./imported-code.ts";
import type { KeptPlugin, KeptPlugins } from "./kept-plugins.ts";
import { isolationIn } from "./plugin-settings.ts";

/** What plugins are imported with. */
export interface Importing {
  readonly loader: ModuleLoader;
  readonly config: ProjectConfig;
  /** What a look at them has found. Without one, all of them are imported here. */
  readonly findings: Findings | undefined;
}

/** Takes plugins one after another. One that cannot be imported is told and left out; the others are used. */
export async function importPlugins(
  places: readonly PluginPlace[],
  importing: Importing,
  kept: KeptPlugins = {},
): Promise<ImportedCode> {
  const plugins = new Map<string, ImportedPlugin>();
  for (const place of places) {
    const imported = await importPlugin(place, seenAt(place), importing);
    const before = kept[place.source];
    const isBroken = imported.plugin === undefined || hasErrors(imported.diagnostics);
    plugins.set(place.source, isBroken && before !== undefined ? await importKept(place, before, importing) : imported);
  }
  return { plugins, shared: sharedFiles(filesOf(importing), places) };
}

/** Files of the project that plugins import, here or where they were looked at. */
export function filesOf({ loader, findings }: Importing): readonly string[] {
  return [...loader.files(), ...(findings?.files ?? [])];
}

/** Takes what was seen there: imported, or described when it is isolated. */
export async function importPlugin(
  place: PluginPlace,
  { hash, text }: Seen,
  { loader, config, findings }: Importing,
): Promise<ImportedPlugin> {
  const verdict = findings?.verdicts.get(place.source);
  const known = verdict && withoutImport(place, verdict, config);
  if (known !== undefined) return { hash, text, isKept: false, ...known };
  const { plugin, diagnostics } = await loadPlugin(place, loader);
  return { hash, text, isKept: false, plugin, diagnostics };
}

type Known = Pick<ImportedPlugin, "plugin" | "diagnostics" | "described">;

/** What is known of a plugin that must not be imported, or need not be; nothing of one that has to be. */
function withoutImport(place: PluginPlace, { plugin, diagnostics }: Verdict, config: ProjectConfig): Known | undefined {
  if (plugin === undefined) return { plugin, diagnostics };
  const isolated = isolatedIn(place, plugin, config);
  return isolated && { ...isolated, diagnostics: [...diagnostics, ...isolated.diagnostics] };
}

function isolatedIn(place: PluginPlace, described: DescribedPlugin, config: ProjectConfig): Known | undefined {
  const isolation = isolationIn(config, place.source) ?? described.isolation;
  return isolation && { ...isolatedPlugin(described, isolation, place), described };
}

/** Takes what once stood there, and was looked at then. */
async function importKept(
  place: PluginPlace,
  { text, described }: KeptPlugin,
  importing: Importing,
): Promise<ImportedPlugin> {
  const { loader, config, findings } = importing;
  const isolated = described && findings && isolatedIn(place, described, config);
  if (isolated) return { hash: "", text, isKept: true, ...isolated };
  const asItWas: ModuleLoader = { ...loader, load: (specifier) => loader.loadText(specifier, text) };
  const unseen = { ...importing, loader: asItWas, findings: undefined };
  return { ...(await importPlugin(place, { hash: "", text }, unseen)), isKept: true };
}
