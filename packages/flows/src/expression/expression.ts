import type { Json } from "../json.ts";
import { type ASTNode, cel, celProblem, type ParseResult } from "./cel.ts";
import { FunctionError } from "./cel-functions.ts";
import { resultToJson, UnusableResult } from "./cel-result.ts";
import { compileOnce } from "./compile-once.ts";
import { OutOfTime, runBounded } from "./computing-time.ts";
import { type ExpressionCode, ExpressionError, missingValue } from "./expression-error.ts";
import { checkExpression, type ExpressionProblem, reason } from "./expression-problem.ts";
import type { FunctionSet } from "./function-set.ts";
import { loopNames, rootNames } from "./names.ts";
import { followPath, parsePath } from "./path-expression.ts";
import { pathReference, type Reference, survey } from "./references.ts";
import type { ExpressionScope } from "./template.ts";
import { withEqualBranches } from "./ternary.ts";

/** The text between the delimiters, compiled. */
export interface Expression {
  readonly source: string;
  readonly references: readonly Reference[];
  /** What is wrong with it on its own; names are for the caller to judge. */
  readonly problems: readonly ExpressionProblem[];
  /** @throws ExpressionError */
  evaluate(scope: ExpressionScope): Json;
}

const knownRoots = new Set([...rootNames, ...loopNames]);

/** Whether `loadCel` has to come first: plain paths do without it. */
export function needsCel(source: string): boolean {
  return parsePath(source) === undefined;
}

type Compiler = (source: string) => Expression;

const compileWithoutPlugins = compilerOf(undefined);
const compilersWith = new WeakMap<FunctionSet, Compiler>();

/** Compiles once per text and set of functions; the same text gives the same expression. */
export function compileExpression(source: string, functions?: FunctionSet): Expression {
  if (functions === undefined || functions.entries.size === 0) return compileWithoutPlugins(source);
  let compile = compilersWith.get(functions);
  if (compile === undefined) {
    compile = compilerOf(functions);
    compilersWith.set(functions, compile);
  }
  return compile(source);
}

/** What was compiled for a set of functions is forgotten with it. */
function compilerOf(functions: FunctionSet | undefined): Compiler {
  return compileOnce((source) => compilePath(source) ?? compileCel(source, functions), {
    texts: 5_000,
    characters: 2_000,
  });
}

function compilePath(source: string): Expression | undefined {
  const path = parsePath(source);
  if (!path) return undefined;
  const isKnown = knownRoots.has(path.root);
  const evaluate = (scope: ExpressionScope): Json => {
    const root = isKnown ? (scope as unknown as Record<string, unknown>)[path.root] : undefined;
    const value = followPath(path, root);
    if (typeof value !== "object" || value === null) return toJson(source, value);
    const prototype = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(value);
    return isPlain ? (value as Json) : toJson(source, value);
  };
  return { source, references: [pathReference(path)], problems: [], evaluate };
}

function compileCel(source: string, functions: FunctionSet | undefined): Expression {
  const problems = checkExpression(source, functions);
  let program: ParseResult;
  try {
    program = cel(functions).parse(withEqualBranches(source, functions));
  } catch (error) {
    const thrown = asExpressionError(source, error);
    const refuse = (): never => {
      throw thrown;
    };
    return { source, references: [], problems, evaluate: refuse };
  }
  const { references, isCostly: isCostlyItself, calls } = survey(cel().parse(source).ast);
  const isCostly = isCostlyItself || callsAny(calls, functions);
  const roots = [...new Set(references.map((reference) => reference.root))].filter((root) => knownRoots.has(root));
  const evaluate = (scope: ExpressionScope): Json => {
    if (functions === undefined && callsAny(calls, scope.functions))
      return compileExpression(source, scope.functions).evaluate(scope);
    try {
      const context = contextOf(scope, roots);
      return resultToJson(isCostly ? runBounded(() => program(context)) : program(context));
    } catch (error) {
      throw asExpressionError(source, error);
    }
  };
  return { source, references, problems, evaluate };
}

function callsAny(calls: ReadonlySet<string>, functions: FunctionSet | undefined): boolean {
  if (functions === undefined || calls.size === 0) return false;
  return [...calls].some((name) => functions.entries.has(name));
}

/** Only what the expression names, without a prototype: `constructor` is no name. */
function contextOf(scope: ExpressionScope, roots: readonly string[]): Record<string, unknown> {
  const context: Record<string, unknown> = Object.create(null);
  for (const root of roots) context[root] = (scope as unknown as Record<string, unknown>)[root];
  return context;
}

function toJson(source: string, value: unknown): Json {
  try {
    return resultToJson(value);
  } catch (error) {
    throw asExpressionError(source, error);
  }
}

const celCodes: Record<string, ExpressionCode> = {
  unknown_variable: "unknown-name",
  no_matching_overload: "expression-type",
};

function asExpressionError(source: string, error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  if (error instanceof OutOfTime) return failure("expression-timeout", source, "it took more than 50 ms", error);
  if (error instanceof UnusableResult) return failure(error.code, source, error.message, error);
  if (error instanceof FunctionError) return failure("expression-failed", source, error.message, error);
  if (error instanceof RangeError) return failure("expression-too-large", source, "its result is too large", error);
  const problem = celProblem(error);
  if (!problem)
    return failure("expression-failed", source, error instanceof Error ? error.message : String(error), error);
  if (problem.code === "no_such_key" || problem.code === "index_out_of_bounds") {
    return missingValue(source, missingPath(problem.node as ASTNode | undefined) ?? source);
  }
  const code =
    (error as Error).name === "ParseError" ? "expression-syntax" : (celCodes[problem.code] ?? "expression-type");
  return failure(code, source, reason(problem.message).replace(/\.$/, ""), error);
}

function missingPath(node: ASTNode | undefined): string | undefined {
  return node?.input.slice(node.range.start, node.range.end);
}

function failure(code: ExpressionCode, source: string, reason: string, cause: unknown): ExpressionError {
  const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  return new ExpressionError(code, `\${{ ${shown} }}: ${reason}.`, { expression: source, cause });
}
