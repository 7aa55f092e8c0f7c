import { byPosition, hasErrors } from "@pawl/hooks/diagnostics";
import { checkRetryBudgets, checkScopes } from "./check-aggregators.ts";
import { checkArity, checkConnections } from "./check-connections.ts";
import { checkGraph } from "./check-graph.ts";
import { compose } from "./compose.ts";
import { graphOf, topologicalOrder } from "./graph.ts";
import type { ParsedNetwork } from "./network.ts";
import { readFile } from "./read-file.ts";

export interface ParseOptions {
  /** Named in diagnostics; its base name is the network's name when the file has none. */
  readonly file?: string;
}

/** Reads a network file and applies every rule of composition; all findings at once, in the order of the file. */
export function parseNetwork(text: string, options: ParseOptions = {}): ParsedNetwork {
  const { draft, report } = readFile(text, options.file);
  const result = (network: ParsedNetwork["network"]): ParsedNetwork => ({
    file: options.file,
    network,
    diagnostics: report.diagnostics.sort(byPosition),
  });
  if (draft === undefined) return result(undefined);
  const links = checkConnections(draft, report);
  const graph = graphOf(draft, links);
  checkArity(graph, report);
  checkGraph(draft, graph, report);
  const order = topologicalOrder(graph);
  const scopes = checkScopes(graph, order, report);
  if (order.length === graph.pods.length) checkRetryBudgets(graph, order, report);
  if (hasErrors(report.diagnostics)) return result(undefined);
  return result(compose({ draft, graph, scopes, file: options.file }, report));
}
