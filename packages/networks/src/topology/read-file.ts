import { basename } from "node:path";
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Draft, DraftEdge, DraftPod } from "./draft.ts";
import { Fields } from "./fields.ts";
import { allPodKeys, defaultRetry, idRule, isId, type PodDefaults, readPod, readRetry } from "./read-pod.ts";
import { Report } from "./report.ts";

const maxBytes = 1024 * 1024;
const topKeys = ["name", "description", "strict", "hookTimeout", "retry", "pods", "connections"];
const defaultHookTimeoutMs = 30_000;

/** Text to a draft: shapes and values are checked here, the graph is not. */
export function readFile(text: string, file: string | undefined): { draft: Draft | undefined; report: Report } {
  const lines = new LineCounter();
  const report = new Report(file, lines);
  const document = parse(text, lines, report);
  if (document === undefined) return { draft: undefined, report };
  if (!isMap(document.contents)) {
    report.error(
      "bad-yaml",
      "A network file is a map with name, pods and connections.",
      document.contents as Node | null,
    );
    return { draft: undefined, report };
  }
  const fields = new Fields(document.contents, topKeys, document, report);
  const defaults: PodDefaults = {
    hookTimeoutMs: fields.duration("hookTimeout") ?? defaultHookTimeoutMs,
    retry: readRetry(fields) ?? defaultRetry,
  };
  const draft: Draft = {
    name: readName(fields, file),
    description: fields.string("description"),
    strict: fields.boolean("strict") ?? false,
    pods: readPods(fields, document, defaults),
    edges: readConnections(fields, document),
    podsNode: fields.key("pods"),
  };
  return { draft, report };
}

function parse(text: string, lines: LineCounter, report: Report): Document | undefined {
  if (text.length > maxBytes) {
    report.add("bad-yaml", "A network file has at most 1 MiB.", { line: 1, column: 1 });
    return undefined;
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    for (const error of document.errors) {
      report.add("bad-yaml", oneLine(error.message), report.placeAt(error.pos[0], error.pos[1]));
    }
    return document.errors.length > 0 ? undefined : document;
  } catch (error) {
    const reason = error instanceof RangeError ? "it is nested too deeply" : oneLine(String((error as Error).message));
    report.add("bad-yaml", `The file could not be read as YAML: ${reason}.`, { line: 1, column: 1 });
    return undefined;
  }
}

function oneLine(message: string): string {
  return message.split("\n", 1)[0]!.trim();
}

function readName(fields: Fields, file: string | undefined): string {
  if (!fields.has("name")) {
    const name = file === undefined ? "network" : basename(file).replace(/\.ya?ml$/, "");
    if (isId(name)) return name;
    fields.report.error("missing-key", `A network has a name: ${idRule}.`, fields.node);
    return "network";
  }
  const node = fields.value("name");
  const name = isScalar(node) && node.value !== null ? String(node.value) : "";
  if (!isId(name)) {
    const came = JSON.stringify(name.slice(0, 60));
    fields.report.error("bad-id", `A network's name is ${idRule}; here it is ${came}.`, node ?? fields.key("name"));
  }
  return name;
}

function readPods(fields: Fields, document: Document, defaults: PodDefaults): DraftPod[] {
  const pods: DraftPod[] = [];
  const known = new Set<string>();
  for (const item of items(fields, document, "pods", allPodKeys)) {
    const pod = readPod(item, defaults);
    if (pod === undefined) continue;
    if (known.has(pod.id)) {
      fields.report.error("bad-id", `There are two pods with the id "${pod.id}"; an id is unique.`, pod.idNode);
      continue;
    }
    known.add(pod.id);
    pods.push(pod);
  }
  return pods;
}

function readConnections(fields: Fields, document: Document): DraftEdge[] {
  const edges: DraftEdge[] = [];
  for (const item of items(fields, document, "connections", ["from", "to"])) {
    const from = end(item, "from");
    const to = end(item, "to");
    if (from === undefined || to === undefined) continue;
    edges.push({ from, to, node: item.node, fromNode: item.value("from")!, toNode: item.value("to")! });
  }
  return edges;
}

function end(item: Fields, key: "from" | "to"): string | undefined {
  if (item.has(key)) return item.string(key);
  item.report.error("missing-key", "A connection says from which pod and to which pod it leads.", item.node);
  return undefined;
}

/** The maps of a required list. */
function items(fields: Fields, document: Document, name: string, known: readonly string[]): Fields[] {
  if (!fields.has(name)) {
    fields.report.error("missing-key", `A network has ${name}.`, fields.node);
    return [];
  }
  const node = fields.value(name);
  if (!isSeq(node)) {
    fields.report.error("bad-value", `${name} is a list of maps.`, node ?? fields.key(name));
    return [];
  }
  const found: Fields[] = [];
  for (const item of node.items as (Node | null)[]) {
    if (isMap(item)) found.push(new Fields(item, known, document, fields.report));
    else fields.report.error("bad-value", `Each entry of ${name} is a map.`, item ?? fields.key(name));
  }
  return found;
}
