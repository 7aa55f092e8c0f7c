import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import type { Node } from "yaml";
import { hasExpression } from "../expression/split-text.ts";
import type { Json } from "../json.ts";
import type { SchemaIssue } from "../nodes/node.ts";
import type { Described } from "./catalogue.ts";
import { describeInput, type InputDescription } from "./describe-input.ts";
import { type Field, readFields } from "./map-reader.ts";
import { childOf } from "./read-template.ts";
import { report, type SourceFile, type Span, spanOf } from "./source-file.ts";

/** Inputs as they stand in the file, and who gets them. */
export interface GivenInputs {
  readonly owner: string;
  readonly value: Json;
  readonly field: Field | undefined;
  /** Where inputs that are missing are said to be missing. */
  readonly span: Span;
  /** Inputs that another check has said all about. */
  readonly skip?: readonly string[];
}

/** Unknown and missing inputs, and literal values that the schema refuses; values with expressions are left to the run. */
export async function checkInputs(source: SourceFile, given: GivenInputs, described: Described): Promise<void> {
  const value = isMap(given.value) ? given.value : {};
  const issues = await issuesOf(described, value);
  if (issues?.length === 0) return; // to describe the schema takes longer than to ask it
  const unknown = reportUnknowns(source, given, value, describeInput(described.input));
  const left = unknown.size === 0 ? issues : await issuesOf(described, withoutKeys(value, unknown));
  for (const issue of left ?? []) reportIssue(source, given, value, issue, unknown.size > 0);
}

/** Nothing when the schema could not be asked. */
async function issuesOf(described: Described, value: Json): Promise<readonly SchemaIssue[] | undefined> {
  try {
    return (await described.input["~standard"].validate(value)).issues ?? [];
  } catch {
    return undefined;
  }
}

type Given = Readonly<Record<string, Json>>;

function reportUnknowns(
  source: SourceFile,
  given: GivenInputs,
  value: Given,
  description: InputDescription | undefined,
): ReadonlySet<string> {
  if (!description?.isClosed) return new Set();
  const names = Object.keys(description.properties);
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  const free = names.filter((name) => !(name in value));
  for (const name of unknown) reportUnknown(source, given, name, free);
  return new Set(unknown);
}

function withoutKeys(value: Given, keys: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
}

function reportUnknown(source: SourceFile, given: GivenInputs, name: string, names: readonly string[]): void {
  const key = given.field && readFields(source, given.field.node, "with")?.get(name);
  const suggestion = didYouMean(name, names) || (names.length > 0 ? ` It takes ${names.slice(0, 12).join(", ")}.` : "");
  const message = `${given.owner} has no input "${name}".${suggestion}`;
  report(source, key?.keySpan ?? given.span, { code: "unknown-input", message, hint: nearest(name, names) });
}

function reportIssue(
  source: SourceFile,
  given: GivenInputs,
  value: Json,
  issue: SchemaIssue,
  hasUnknown: boolean,
): void {
  const path = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part)) as (string | number)[];
  const [first] = path;
  if (first === undefined ? hasUnknown : given.skip?.includes(String(first))) return;
  const found = at(value, path);
  if (hasAnyExpression(found)) return;
  if (first !== undefined && path.length === 1 && found === undefined) {
    const message = `${given.owner} needs the input "${first}".`;
    report(source, given.span, { code: "missing-input", message, hint: `${first}:` });
    return;
  }
  const name = path.length > 0 ? `${path.join(".")}: ` : "";
  const message = `${given.owner}: ${name}${plain(issue.message)}.`;
  report(source, spanAt(source, given, path), { code: "input-type", message });
}

function plain(message: string): string {
  const text = message.replace(/^Invalid input: /, "").replace(/\.$/, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function at(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found === "string") return found;
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found as Json;
}

function hasAnyExpression(value: Json | undefined): boolean {
  if (typeof value === "string") return hasExpression(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasAnyExpression);
}

function spanAt(source: SourceFile, given: GivenInputs, path: readonly (string | number)[]): Span {
  let node: Node | undefined = given.field?.node;
  for (const key of path) node = childOf(source, node, key) ?? node;
  return (path.length > 0 ? spanOf(node) : undefined) ?? given.span;
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
