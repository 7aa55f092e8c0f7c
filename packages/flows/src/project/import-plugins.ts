import { hasErrors } from "@pawl/hooks/diagnostics";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import { loadPlugin } from "../plugins/load-plugin.ts";
import type { ModuleLoader } from "../plugins/module-loader.ts";
import { type ImportedCode, type ImportedPlugin, type Seen, seenAt, sharedFiles } from "./imported-code.ts";
import type { KeptTexts } from "./kept-plugins.ts";

/** Imports plugins one after another. One that cannot be imported is told and left out; the others are used. */
export async function importPlugins(
  places: readonly PluginPlace[],
  loader: ModuleLoader,
  kept: KeptTexts = {},
): Promise<ImportedCode> {
  const plugins = new Map<string, ImportedPlugin>();
  for (const place of places) {
    const imported = await importPlugin(place, seenAt(place), loader);
    const text = kept[place.source];
    const isBroken = imported.plugin === undefined || hasErrors(imported.diagnostics);
    plugins.set(place.source, isBroken && text !== undefined ? await importText(place, text, loader) : imported);
  }
  return { plugins, shared: sharedFiles(loader.files(), places) };
}

/** Imports what was seen there. */
export async function importPlugin(
  place: PluginPlace,
  { hash, text }: Seen,
  loader: ModuleLoader,
): Promise<ImportedPlugin> {
  return { hash, text, isKept: false, ...(await loadPlugin(place, loader)) };
}

/** Imports what once stood there. */
async function importText(place: PluginPlace, text: string, loader: ModuleLoader): Promise<ImportedPlugin> {
  const asItWas: ModuleLoader = { ...loader, load: (specifier) => loader.loadText(specifier, text) };
  return { ...(await importPlugin(place, { hash: "", text }, asItWas)), isKept: true };
}
