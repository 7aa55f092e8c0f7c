import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import { parseDuration } from "@pawl/hooks/guard";
import { isMap, isPair, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from "yaml";
import { hasExpression, splitText } from "../expression/split-text.ts";
import type { Json } from "../json.ts";
import { foreignHabits, foreignKeys } from "./foreign-keys.ts";
import type { KeyTable } from "./key-table.ts";
import { report, resolved, type SourceFile, type Span, spanOf } from "./source-file.ts";

/** A key of a map with its value. A value that is nothing (`key:`) counts as left out. */
export interface Field {
  readonly key: string;
  readonly keySpan: Span;
  /** Aliases followed. */
  readonly node: Node;
  readonly span: Span;
  /** `key:` with nothing behind it. */
  readonly isEmpty: boolean;
  /** Reported as a key that does not exist. */
  readonly isUnknown?: true;
}

export type Fields = ReadonlyMap<string, Field>;

const kinds: Record<string, string> = { string: "text", number: "a number", boolean: "true or false" };

/** What a node holds, in words. */
export function kindOf(node: Node): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const value = isScalar(node) ? node.value : undefined;
  return value === null || value === undefined ? "nothing" : (kinds[typeof value] ?? "something else");
}

/**
 * The fields of a map. Keys that the table does not have are errors with the nearest key that is.
 * @param what how the map is called in messages: "a step".
 */
export function readFields(source: SourceFile, node: Node, what: string, table?: KeyTable): Fields | undefined {
  if (!isMap(node)) {
    report(source, spanOf(node), {
      code: "wrong-type",
      message: `${upperFirst(what)} is a map; here is ${kindOf(node)}.`,
    });
    return undefined;
  }
  const fields = new Map<string, Field>();
  addFields(source, node, fields);
  const known = table && Object.keys(table);
  for (const field of known ? fields.values() : []) {
    if (known!.includes(field.key)) continue;
    reportUnknownKey(source, field, what, known!);
    fields.set(field.key, { ...field, isUnknown: true });
  }
  return fields;
}

/** "a step" begins a sentence with a capital; the name of a key stays as it is typed. */
function upperFirst(text: string): string {
  return /^an? /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Keys of the map itself win over those merged in with `<<`. */
function addFields(source: SourceFile, map: YAMLMap, fields: Map<string, Field>): void {
  const merged: YAMLMap[] = [];
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const key = typeof pair.key.value === "symbol" ? "<<" : String(pair.key.value);
    const node = resolved(source, pair.value);
    if (key === "<<" && node) {
      for (const item of isSeq(node) ? node.items.map((entry) => resolved(source, entry)) : [node]) {
        if (isMap(item)) merged.push(item);
      }
      continue;
    }
    const keySpan = spanOf(pair.key) ?? { start: 0, end: 0 };
    const isEmpty = !node || (isScalar(node) && node.value === null);
    const span = (isEmpty ? undefined : spanOf(pair.value as Node)) ?? keySpan;
    fields.set(key, { key, keySpan, node: node ?? pair.key, span, isEmpty });
  }
  for (const other of merged) {
    const inherited = new Map<string, Field>();
    addFields(source, other, inherited);
    for (const [key, field] of inherited) if (!fields.has(key)) fields.set(key, field);
  }
}

function reportUnknownKey(source: SourceFile, field: Field, what: string, known: readonly string[]): void {
  const elsewhere = Object.hasOwn(foreignKeys, field.key) ? foreignKeys[field.key]! : [];
  const meant = elsewhere.find((key) => known.includes(key));
  const habit = Object.hasOwn(foreignHabits, field.key) && meant !== undefined && foreignHabits[field.key]![meant];
  const near = habit ? meant : (nearest(field.key, known) ?? meant);
  const more = habit || (near === undefined ? "" : `Did you mean "${near}"?`);
  const message = `${upperFirst(what)} has no key "${field.key}".${more && ` ${more}`}`;
  report(source, field.keySpan, { code: "unknown-key", message, hint: near });
}

/** A key that is not there, unless one is that was probably meant for it and has been reported as unknown. */
export function isMissing(fields: Fields, key: string): boolean {
  return ![...fields.values()].some((field) => {
    return field.key === key || (field.isUnknown && nearest(field.key, [key]) !== undefined);
  });
}

/** The field when it is there and has a value. */
export function given(fields: Fields, key: string): Field | undefined {
  const field = fields.get(key);
  return field?.isEmpty ? undefined : field;
}

export function wrongType(source: SourceFile, field: Field, expected: string): undefined {
  const message = `${field.key} takes ${expected}; here is ${kindOf(field.node)}.`;
  report(source, field.span, { code: "wrong-type", message });
  return undefined;
}

export function readText(source: SourceFile, field: Field | undefined): string | undefined {
  if (!field) return undefined;
  const value = isScalar(field.node) ? field.node.value : undefined;
  return typeof value === "string" ? value : wrongType(source, field, "text");
}

export function readBoolean(source: SourceFile, field: Field | undefined): boolean | undefined {
  if (!field) return undefined;
  const value = isScalar(field.node) ? field.node.value : undefined;
  return typeof value === "boolean" ? value : wrongType(source, field, "true or false");
}

export function readNumber(
  source: SourceFile,
  field: Field | undefined,
  limits: { min: number; max?: number; whole?: boolean },
): number | undefined {
  if (!field) return undefined;
  const { min, max = Number.MAX_SAFE_INTEGER, whole = true } = limits;
  const value = isScalar(field.node) ? field.node.value : undefined;
  if (typeof value !== "number") return wrongType(source, field, whole ? "a whole number" : "a number");
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  const message = `${field.key} takes ${whole ? "a whole number" : "a number"}, ${range}; here is ${value}.`;
  report(source, field.span, { code: "wrong-value", message });
  return undefined;
}

export function readChoice<Choice extends string>(
  source: SourceFile,
  field: Field | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  const text = readText(source, field);
  if (text === undefined || choices.includes(text as Choice)) return text as Choice | undefined;
  const message = `${field!.key} takes ${choices.join(", ")}; here is "${text}".${didYouMean(text, choices)}`;
  report(source, field!.span, { code: "wrong-value", message, hint: nearest(text, choices) });
  return undefined;
}

/** Milliseconds. */
export function readDuration(source: SourceFile, field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const value = isScalar(field.node) ? field.node.value : undefined;
  if (typeof value !== "string" && typeof value !== "number")
    return wrongType(source, field, "a duration, as 30s or 1h30m");
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  const message = `${field.key} takes a duration as 500ms, 30s, 5m or 1h30m, or a number of seconds; here is "${value}".`;
  report(source, field.span, { code: "invalid-duration", message, hint: mendedDuration(String(value)) });
  return undefined;
}

const units: Record<string, string> = {
  sec: "s",
  second: "s",
  min: "m",
  minute: "m",
  hour: "h",
  hr: "h",
  day: "d",
  week: "w",
  msec: "ms",
};

/** `5 minutes` is meant as `5m`. */
function mendedDuration(text: string): string | undefined {
  const mended = text
    .toLowerCase()
    .replace(/\s+/g, "")
    .replace(/[a-z]+/g, (word) => units[word.replace(/s$/, "")] ?? units[word] ?? word);
  return parseDuration(mended) === undefined ? undefined : mended;
}

export interface TextItem {
  readonly value: string;
  readonly span: Span;
}

/** The items of a list of texts; what is none is reported and left out. */
export function readTexts(source: SourceFile, field: Field | undefined): readonly TextItem[] {
  if (!field) return [];
  if (!isSeq(field.node)) return wrongType(source, field, "a list of texts") ?? [];
  return field.node.items.flatMap((item) => {
    const node = resolved(source, item);
    const span = spanOf(item as Node) ?? field.span;
    if (isScalar(node) && typeof node.value === "string") return [{ value: node.value, span }];
    const message = `${field.key} is a list of texts; here is ${node ? kindOf(node) : "nothing"}.`;
    report(source, span, { code: "wrong-type", message });
    return [];
  });
}

/** A value as JSON; numbers that JSON has no form for are reported and become null. */
export function readJson(source: SourceFile, node: Node): Json {
  return toJson(source, node);
}

function toJson(source: SourceFile, node: Node | undefined): Json {
  if (isMap(node)) {
    const map: Record<string, Json> = {};
    for (const [key, field] of readFields(source, node, "a value")!) {
      const value = field.isEmpty ? null : toJson(source, field.node);
      Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return map;
  }
  if (isSeq(node)) return node.items.map((item) => toJson(source, resolved(source, item)));
  const value = isScalar(node) ? node.value : null;
  if (typeof value === "number" && !Number.isFinite(value)) {
    report(source, spanOf(node), { code: "wrong-value", message: `${value} is not a number that JSON can carry.` });
    return null;
  }
  if (typeof value === "string") return isScalar(node) ? textOf(value, node.type) : value;
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** The line break that ends a block (`|`, `>`) is its style: an expression alone in it keeps its kind. */
function textOf(value: string, style: Scalar["type"]): string {
  const isBlock = style === "BLOCK_LITERAL" || style === "BLOCK_FOLDED";
  if (!isBlock || !hasExpression(value)) return value;
  const trimmed = value.trim();
  const { parts } = splitText(trimmed);
  return parts.length === 1 && parts[0]!.kind === "expression" ? trimmed : value;
}
