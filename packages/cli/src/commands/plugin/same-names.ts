import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { ownNodes } from "../../open-project.ts";
import type { Brings, PluginReport } from "./report.ts";

const kinds = [
  ["nodes", "node", "duplicate-node"],
  ["triggers", "trigger", "duplicate-trigger"],
  ["functions", "function", "duplicate-function"],
] as const;

/** The reports, with a problem on each plugin that brings a name which another one, or Pawl, has before it. */
export async function withSameNames(reports: readonly PluginReport[]): Promise<readonly PluginReport[]> {
  const { createNodeRegistry, createTriggerRegistry, functionListings } = await import("@pawl/flows");
  const first = new Map<string, string>();
  const own: Record<string, readonly string[]> = {
    nodes: createNodeRegistry([], ownNodes)
      .list()
      .map(({ name }) => name),
    triggers: createTriggerRegistry()
      .list()
      .map(({ name }) => name),
    functions: functionListings.map(({ signature }) => signature.slice(0, signature.indexOf("("))),
  };
  for (const [key, names] of Object.entries(own)) for (const name of names) first.set(`${key} ${name}`, "built-in");
  return reports.map((report) => {
    const problems = kinds.flatMap(([key, title, code]) => repeated(report, { key, title, code }, first));
    return problems.length === 0 ? report : { ...report, problems: [...report.problems, ...problems] };
  });
}

function repeated(
  report: PluginReport,
  { key, title, code }: { readonly key: keyof Brings; readonly title: string; readonly code: string },
  first: Map<string, string>,
): Diagnostic[] {
  return report[key].flatMap((name) => {
    const known = first.get(`${key} ${name}`);
    if (known === undefined) first.set(`${key} ${name}`, report.source);
    if (known === undefined) return [];
    const message = `The ${title} "${name}" is defined by ${known} and again by ${report.source}. The one of ${known} is used.`;
    return [{ code, severity: "error" as const, message }];
  });
}
