import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { KnownNames } from "../expression/check-names.ts";
import { compileTemplate } from "../expression/compile-template.ts";
import type { PositionOf, Template } from "../expression/template.ts";
import type { DefinitionCode } from "./codes.ts";
import { type Field, readFields, readJson } from "./map-reader.ts";
import { add, lineOf, place, resolved, type SourceFile, spanOf, spanWithin } from "./source-file.ts";
import { cutByComment, mended } from "./unquoted.ts";

/** The value of a field with its expressions compiled; what is wrong with them is reported at their place. */
export function readTemplate(source: SourceFile, field: Field, names: KnownNames): Template {
  return templateOf(source, field.node, names);
}

export function templateOf(source: SourceFile, node: Node, names: KnownNames): Template {
  const { template, diagnostics } = compileTemplate(readJson(source, node), positionsIn(source, node), names);
  for (const diagnostic of diagnostics) add(source, withMend(source, diagnostic));
  return template;
}

/** An expression without an end is most often one that YAML cut short at ` #`. */
function withMend(source: SourceFile, diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.code !== "expression-unterminated" || diagnostic.line === undefined) return diagnostic;
  const line = lineOf(source, diagnostic.line);
  const mend = cutByComment(line);
  if (!mend) return diagnostic;
  const code: DefinitionCode = mend.code;
  return { ...diagnostic, code, message: mend.message, hint: mended(line, mend).trim() };
}

export function constantTemplate(value: Template["source"]): Template {
  return compileTemplate(value).template;
}

/** Leads from a value to the parts of it. */
export function positionsIn(source: SourceFile, node: Node): PositionOf {
  return (path, within) => {
    let at: Node | undefined = node;
    for (const key of path) at = childOf(source, at, key) ?? at;
    const span = within && isScalar(at) ? spanWithin(source, at, within) : spanOf(at);
    return place(source, span);
  };
}

export function childOf(source: SourceFile, node: Node | undefined, key: string | number): Node | undefined {
  if (isSeq(node)) return resolved(source, node.items[Number(key)]);
  if (isMap(node)) return readFields(source, node, "a value")?.get(String(key))?.node;
  return undefined;
}
