import type { DescribedPlugin, PluginPlace } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { formatDiagnostics, plural } from "../../output/diagnostics.ts";
import type { Terminal } from "../../output/terminal.ts";

/** What a plugin brings, by name. */
export interface Brings {
  readonly nodes: readonly string[];
  readonly triggers: readonly string[];
  readonly hooks: readonly string[];
  readonly inputCollectors: readonly string[];
  readonly functions: readonly string[];
}

/** A plugin of a project, and what became of importing it. */
export interface PluginReport extends Brings {
  readonly source: string;
  readonly kind: PluginPlace["kind"];
  /** Of a package. */
  readonly version: string | null;
  /** The name it gives itself. */
  readonly name: string | null;
  /** False when it was not tried, or could not be. */
  readonly imported: boolean;
  readonly problems: readonly Diagnostic[];
}

const nothing: Brings = { nodes: [], triggers: [], hooks: [], inputCollectors: [], functions: [] };

/** @param plugin what was found of it; nothing when it was not tried, or could not be imported */
export function reportOf(
  { source, kind, version }: PluginPlace,
  plugin: DescribedPlugin | undefined,
  problems: readonly Diagnostic[],
): PluginReport {
  const place = { source, kind, version: version ?? null };
  if (plugin === undefined) return { ...place, ...nothing, name: null, imported: false, problems };
  const { name, nodes, triggers, hooks, inputCollectors, functions } = plugin;
  const brings = {
    nodes: named(nodes),
    triggers: named(triggers),
    hooks,
    inputCollectors,
    functions: named(functions),
  };
  return { ...place, ...brings, name, imported: true, problems };
}

function named(parts: readonly { readonly name: string }[]): string[] {
  return parts.map(({ name }) => name);
}

const titles: readonly (readonly [key: keyof Brings, title: string])[] = [
  ["nodes", "node"],
  ["triggers", "trigger"],
  ["hooks", "step hook"],
  ["inputCollectors", "input collector"],
  ["functions", "function"],
];

/** `2 nodes: redis.publish, redis.xadd`, one line for each kind of which there is any. */
export function bringsLines(brings: Brings): string[] {
  return titles.flatMap(([key, title]) => {
    const names = brings[key];
    return names.length === 0 ? [] : [`${plural(names.length, title)}: ${names.join(", ")}`];
  });
}

/** A plugin with what it brings and what is wrong with it. */
export function printReport({ out, colors }: Terminal, report: PluginReport): void {
  const { source, version, problems, imported } = report;
  const lines = bringsLines(report);
  const state = imported && lines.length === 0 ? colors.dim("brings nothing") : "";
  out([colors.bold(source), version ?? "", state].filter(Boolean).join("  "));
  for (const line of lines) out(`  ${line}`);
  if (problems.length === 0) return;
  const shown = formatDiagnostics("", problems, { colors, text: undefined });
  for (const line of shown.split("\n").slice(1)) out(line);
}
