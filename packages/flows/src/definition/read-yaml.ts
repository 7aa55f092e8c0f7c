import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { report, resolved, type SourceFile, spanOf } from "./source-file.ts";
import { parseMending, reportErrors } from "./yaml-errors.ts";

const maxCharacters = 256 * 1024;
const maxDepth = 100;
const maxAliases = 100;

/**
 * The top-level map of the file, or nothing when there is none to read.
 * Whatever YAML complains of is reported; what it understood besides is still returned.
 */
export function readYaml(source: SourceFile): YAMLMap | undefined {
  if (source.text.length > maxCharacters) {
    report(source, undefined, {
      code: "file-too-large",
      message: `${source.kind.name} has at most 256 KiB: data belongs in a file of its own.`,
    });
    return undefined;
  }
  if (isNestedTooDeep(source)) return undefined;
  const [first, second] = parseMending(source);
  source.document = first;
  reportErrors(source);
  if (second) {
    const start = second.range[0];
    const message = `${source.kind.name} holds one YAML document; here a second one begins.`;
    report(source, { start, end: start + 3 }, { code: "yaml-several-documents", message });
  }
  return topLevelMap(source);
}

/** Flow collections nest by characters alone: a stranger's `[[[[…` must not exhaust the stack. */
function isNestedTooDeep(source: SourceFile): boolean {
  const found = /[[{](?:[^\]}\n]{0,3}[[{]){150}/.exec(source.text) ?? /(?:- ){150}|(?:\? ){150}/.exec(source.text);
  if (!found) return false;
  const span = { start: found.index, end: found.index + 1 };
  report(source, span, { code: "yaml-too-deep", message: `Values nest at most ${maxDepth} levels.` });
  return true;
}

function topLevelMap(source: SourceFile): YAMLMap | undefined {
  const contents = source.document?.contents;
  if (!source.document || !contents || (isScalar(contents) && contents.value === null)) {
    if (source.diagnostics.length > 0) return undefined;
    const message = `The file is empty; ${source.kind.least}.`;
    report(source, { start: 0, end: 0 }, { code: "empty-file", message });
    return undefined;
  }
  if (!isMap(contents)) {
    if (source.diagnostics.length > 0) return undefined;
    const message = `${source.kind.name} is a map of keys; ${source.kind.least}.`;
    report(source, spanOf(contents as Node), { code: "wrong-type", message });
    return undefined;
  }
  return isBounded(source, contents) ? contents : undefined;
}

/** Aliases can make a small text endless; walking it once shows whether this one does. */
function isBounded(source: SourceFile, contents: YAMLMap): boolean {
  try {
    source.document!.toJS({ maxAliasCount: maxAliases });
  } catch {
    const message = `Aliases (*name) stand for at most ${maxAliases} copies in a file.`;
    report(source, { start: 0, end: 0 }, { code: "yaml-alias-limit", message });
    return false;
  }
  const deep = tooDeep(source, contents, 0);
  if (!deep) return true;
  report(source, spanOf(deep), { code: "yaml-too-deep", message: `Values nest at most ${maxDepth} levels.` });
  return false;
}

function tooDeep(source: SourceFile, node: Node, depth: number): Node | undefined {
  if (depth > maxDepth) return node;
  if (!isMap(node) && !isSeq(node)) return undefined;
  if (isMap(node)) checkKeys(source, node);
  for (const item of node.items) {
    const child = resolved(source, isMap(node) ? (item as { value: unknown }).value : item);
    const found = child && tooDeep(source, child, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function checkKeys(source: SourceFile, map: YAMLMap): void {
  reportCollectionKeys(source, map);
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key) || typeof key.value === "symbol") continue;
    const name = String(key.value);
    if (seen.has(name)) {
      const message = `The key ${name} stands twice in this map; the second would replace the first.`;
      report(source, spanOf(key), { code: "yaml-duplicate-key", message });
    }
    seen.add(name);
  }
}

/** `x: {{ inputs.y }}` is YAML: a map, the key of which is a map. */
function reportCollectionKeys(source: SourceFile, map: YAMLMap): void {
  const bad = map.items.find((pair) => !isScalar(pair.key) && !isAlias(pair.key));
  if (!bad) return;
  const span = spanOf(map);
  const written = span && /^\{\{\s*([\s\S]*?)\s*\}\}/.exec(source.text.slice(span.start, span.end))?.[1];
  const message =
    written === undefined
      ? "A key is text; here is a map or a list."
      : "YAML reads {{ as the start of two maps: an expression begins with ${{ and is quoted.";
  const hint = written === undefined ? undefined : `"\${{ ${written} }}"`;
  report(source, written === undefined ? spanOf(bad.key as Node) : span, {
    code: "yaml-collection-key",
    message,
    hint,
  });
}
