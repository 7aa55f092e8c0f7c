import { didYouMean } from "@pawl/hooks/diagnostics";
import { parseDuration, parseSize } from "@pawl/hooks/guard";
import type { Isolation } from "../definition/flow.ts";
import { isolationForms, type PluginIsolation, readPluginIsolation } from "../plugins/plugin-isolation.ts";
import type { ImportLimits } from "../probe/probe.ts";

/** How plugins are imported, and which of them are not imported where runs are. */
export interface PluginsConfig {
  /** Plugins whose nodes run apart, by source: `plugins/prices.ts`, the name of a package. It wins over what the plugin says. */
  readonly isolate?: Readonly<Record<string, PluginIsolation>>;
  /** What the import of each may take, as `30s`: one that takes longer is not used. Default: 10s. */
  readonly importTime?: string;
  /** The memory that their import may take, as `1gb`. Default: 512mb. */
  readonly importMemory?: string;
}

interface HasPlugins {
  readonly plugins?: PluginsConfig;
}

const keys: readonly (keyof PluginsConfig)[] = ["isolate", "importTime", "importMemory"];
const leastImportMs = 100;
const megabyte = 1_048_576;
const leastMemoryMb = 64;

/** Keeps what is right. */
export function checkPlugins(plugins: PluginsConfig, tell: (message: string) => void): PluginsConfig {
  const { isolate, importTime, importMemory } = plugins;
  for (const key of Object.keys(plugins).filter((each) => !(keys as readonly string[]).includes(each))) {
    tell(`There is no setting "plugins.${key}".${didYouMean(key, keys)}`);
  }
  const isTime = (parseDuration(importTime) ?? 0) >= leastImportMs;
  if (importTime !== undefined && !isTime)
    tell(`plugins.importTime takes a duration, as 30s; ${said(importTime)} came.`);
  const isMemory = (parseSize(importMemory) ?? 0) >= leastMemoryMb * megabyte;
  if (importMemory !== undefined && !isMemory) {
    tell(`plugins.importMemory takes a size of ${leastMemoryMb}mb or more, as 1gb; ${said(importMemory)} came.`);
  }
  return {
    ...(isolate === undefined ? {} : { isolate: checkIsolate(isolate, tell) }),
    ...(isTime ? { importTime: importTime! } : {}),
    ...(isMemory ? { importMemory: importMemory! } : {}),
  };
}

/** One that is written wrong isolates: nobody who writes it means the opposite. */
function checkIsolate(
  written: Readonly<Record<string, PluginIsolation>>,
  tell: (message: string) => void,
): Readonly<Record<string, PluginIsolation>> {
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    tell(`plugins.isolate takes a map from plugins to ${isolationForms}.`);
    return {};
  }
  const checked = Object.entries(written).map(([source, isolation]): [string, PluginIsolation] => {
    if (readPluginIsolation(isolation) !== undefined) return [source, isolation];
    tell(`plugins.isolate: ${source} takes ${isolationForms}; ${said(isolation)} came.`);
    return [source, "process"];
  });
  return Object.fromEntries(checked);
}

function said(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** What the configuration says of where the nodes of a plugin run. */
export function isolationIn({ plugins }: HasPlugins, source: string): Isolation | undefined {
  const isolate = plugins?.isolate ?? {};
  return Object.hasOwn(isolate, source) ? readPluginIsolation(isolate[source]) : undefined;
}

export function limitsIn({ plugins: { importTime, importMemory } = {} }: HasPlugins): ImportLimits {
  const bytes = parseSize(importMemory);
  return {
    importMs: parseDuration(importTime),
    memoryMb: bytes === undefined ? undefined : Math.floor(bytes / megabyte),
  };
}
