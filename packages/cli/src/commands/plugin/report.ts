import type { LoadedPlugin, PluginPlace } from "@pawl/flows";
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
  /** It hung, or ended the process that imported it. */
  readonly isHarmful: boolean;
  readonly problems: readonly Diagnostic[];
}

const nothing: Brings = { nodes: [], triggers: [], hooks: [], inputCollectors: [], functions: [] };

export function reportOf(
  { source, kind, version }: PluginPlace,
  plugin: LoadedPlugin | undefined,
  problems: readonly Diagnostic[],
): PluginReport {
  const place = { source, kind, version: version ?? null, isHarmful: false };
  if (plugin === undefined) return { ...place, ...nothing, name: null, imported: false, problems };
  return { ...place, ...bringsOf(plugin), name: plugin.name, imported: true, problems };
}

export function bringsOf(plugin: LoadedPlugin): Brings {
  const named = (parts: readonly { readonly name?: string }[]) =>
    parts.map(({ name }, index) => name ?? `#${index + 1}`);
  return {
    nodes: named(plugin.nodes),
    triggers: named(plugin.triggers),
    hooks: plugin.hooks.map((hook, index) => hook.name ?? className(hook) ?? `#${index + 1}`),
    inputCollectors: named(plugin.inputCollectors),
    functions: named(plugin.functions),
  };
}

function className(hook: object): string | undefined {
  const name: string | undefined = Object.getPrototypeOf(hook)?.constructor?.name;
  return name === "Object" ? undefined : name;
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
