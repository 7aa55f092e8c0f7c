import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { Json } from "../json.ts";
import { loadCel } from "./cel.ts";
import { checkNames, type KnownNames } from "./check-names.ts";
import { compileExpression, type Expression, needsCel } from "./expression.ts";
import { type ExpressionCode, ExpressionError } from "./expression-error.ts";
import { hasExpression, splitText, type TextPart } from "./split-text.ts";
import type { ExpressionScope, PositionOf, Template } from "./template.ts";

export interface CompiledTemplate {
  readonly template: Template;
  readonly diagnostics: readonly Diagnostic[];
}

/** Gives the value of one part; parts without expressions are not evaluated at all. */
type Evaluate = (scope: ExpressionScope) => Json;

interface Compiler {
  readonly diagnostics: Diagnostic[];
  readonly stepIds: Set<string>;
  readonly positionOf: PositionOf;
  readonly names: KnownNames;
}

const anywhere: PositionOf = () => ({});
const maxDepth = 200;
/** Of one value; finding the place of each takes time with the length of the value. */
const maxDiagnostics = 100;

/** Loads what the expressions of a value need. Nothing to wait for when they are plain paths or none. */
export function prepareTemplates(value: Json): Promise<void> | undefined {
  return wantsCel(value, 0) ? loadCel() : undefined;
}

function wantsCel(value: Json, depth: number): boolean {
  if (typeof value === "string") {
    if (!hasExpression(value)) return false;
    return splitText(value).parts.some((part) => part.kind === "expression" && needsCel(part.source));
  }
  if (typeof value !== "object" || value === null || depth > maxDepth) return false;
  return Object.values(value).some((item) => wantsCel(item, depth + 1));
}

/**
 * Compiles a value of a flow file: text in `${{ … }}` becomes expressions, in lists and maps too; keys stay as they are.
 * `prepareTemplates` of the same value has to be awaited first.
 * @param names which names exist, so that others are diagnostics; without it only the expressions themselves are checked.
 */
export function compileTemplate(
  value: Json,
  positionOf: PositionOf = anywhere,
  names: KnownNames = {},
): CompiledTemplate {
  const compiler: Compiler = { diagnostics: [], stepIds: new Set(), positionOf, names };
  const evaluate = compileValue(value, [], compiler);
  const constant = evaluate === undefined ? unescaped(value) : undefined;
  const template: Template = {
    source: value,
    dynamic: evaluate !== undefined,
    stepIds: compiler.stepIds,
    evaluate: evaluate ?? (() => constant!),
  };
  return { template, diagnostics: compiler.diagnostics };
}

function compileValue(value: Json, path: readonly (string | number)[], compiler: Compiler): Evaluate | undefined {
  if (typeof value === "string") return hasExpression(value) ? compileText(value, path, compiler) : undefined;
  if (typeof value !== "object" || value === null || path.length > maxDepth) return undefined;
  const parts = Object.entries(value).map(([key, item]) => {
    const evaluate = compileValue(item, [...path, Array.isArray(value) ? Number(key) : key], compiler);
    return { key, evaluate, constant: evaluate ? null : unescaped(item) };
  });
  if (parts.every((part) => part.evaluate === undefined)) return undefined;
  if (Array.isArray(value))
    return (scope) => parts.map((part) => (part.evaluate ? part.evaluate(scope) : part.constant));
  return (scope) => {
    const map: Record<string, Json> = {};
    for (const part of parts) setOwn(map, part.key, part.evaluate ? part.evaluate(scope) : part.constant);
    return map;
  };
}

/** `__proto__` as a key of a map is a key like others. */
function setOwn(map: Record<string, Json>, key: string, value: Json): void {
  if (key !== "__proto__") map[key] = value;
  else Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
}

function compileText(text: string, path: readonly (string | number)[], compiler: Compiler): Evaluate | undefined {
  const { parts, unterminated } = splitText(text);
  if (unterminated !== undefined) return compileUnterminated(text, unterminated, path, compiler);
  const pieces = parts.map((part) => (part.kind === "text" ? part.text : compilePart(part, path, compiler)));
  return joinPieces(pieces);
}

/** Text of which the pieces are known already; `source` is what messages call it. */
export function compilePieces(pieces: readonly (string | Expression)[], source: string): Template {
  const evaluate = joinPieces(pieces);
  const stepIds = new Set(pieces.flatMap((piece) => (typeof piece === "string" ? [] : stepIdsOf(piece))));
  return { source, dynamic: evaluate !== undefined, stepIds, evaluate: evaluate ?? (() => pieces.join("")) };
}

/** One expression alone keeps its kind; with text around it everything is text. */
function joinPieces(pieces: readonly (string | Expression)[]): Evaluate | undefined {
  const [first] = pieces;
  if (pieces.every((piece) => typeof piece === "string")) return undefined;
  if (pieces.length === 1 && typeof first === "object") return (scope) => first.evaluate(scope);
  return (scope) => pieces.map((piece) => (typeof piece === "string" ? piece : toText(piece.evaluate(scope)))).join("");
}

function compileUnterminated(
  text: string,
  start: number,
  path: readonly (string | number)[],
  compiler: Compiler,
): Evaluate {
  const message = "${{ has no }} that ends it: a brace, bracket or quote is missing.";
  const code: ExpressionCode = "expression-unterminated";
  compiler.diagnostics.push({
    code,
    severity: "error",
    message,
    ...compiler.positionOf(path, { start, end: Math.min(text.length, start + 3) }),
  });
  const expression = text.slice(start + 3).trim();
  return () => {
    throw new ExpressionError(code, message, { expression });
  };
}

function compilePart(
  part: TextPart & { kind: "expression" },
  path: readonly (string | number)[],
  compiler: Compiler,
): Expression {
  const { names } = compiler;
  const expression = compileExpression(part.source, names.functions);
  const problems = [...expression.problems, ...checkNames(expression, names)];
  for (const problem of problems) {
    if (compiler.diagnostics.length >= maxDiagnostics) break;
    const start = part.sourceStart + problem.start;
    compiler.diagnostics.push({
      code: problem.code,
      severity: problem.code === "unknown-function" && names.isPartial ? "warning" : "error",
      message: problem.message,
      ...compiler.positionOf(path, { start, end: Math.max(start + 1, part.sourceStart + problem.end) }),
      ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    });
  }
  for (const id of stepIdsOf(expression)) compiler.stepIds.add(id);
  return expression;
}

function stepIdsOf({ references }: Expression): string[] {
  return references.flatMap(({ root, keys }) => {
    const id = root === "steps" ? keys[0]?.key : undefined;
    return typeof id === "string" ? [id] : [];
  });
}

/** A value inside text: maps and lists as JSON, null as nothing. */
export function toText(value: Json): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `$${{` stands for `${{` in values without expressions, too. */
function unescaped(value: Json): Json {
  if (typeof value === "string") return value.includes("$${{") ? value.replaceAll("$${{", "${{") : value;
  if (typeof value !== "object" || value === null || !JSON.stringify(value).includes("$${{")) return value;
  if (Array.isArray(value)) return value.map(unescaped);
  const map: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) setOwn(map, key, unescaped(item));
  return map;
}
