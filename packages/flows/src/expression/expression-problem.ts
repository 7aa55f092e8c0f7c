import { nearest } from "@pawl/hooks/diagnostics";
import { type CelProblem, callableNames, cel, celProblem } from "./cel.ts";
import type { ExpressionCode } from "./expression-error.ts";
import type { FunctionSet } from "./function-set.ts";
import { withEqualBranches } from "./ternary.ts";

/** A mistake in an expression; offsets are those of its source. */
export interface ExpressionProblem {
  readonly code: ExpressionCode;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly hint?: string | undefined;
}

/** Syntax, unknown functions and operators that cannot work: what can be seen without values. */
export function checkExpression(source: string, functions?: FunctionSet): readonly ExpressionProblem[] {
  if (source === "") {
    return [{ code: "expression-syntax", message: "An expression is expected between ${{ and }}.", start: 0, end: 0 }];
  }
  const { error } = cel(functions).check(source);
  const problem = error && celProblem(error);
  if (!problem) return [];
  if (problem.code === "incompatible_ternary_branches") return checkExpressionWrapped(source, functions);
  return [describe(source, problem, (error as Error).name === "ParseError", functions)];
}

/** Positions inside wrapped text would be wrong: the whole expression is named instead. */
function checkExpressionWrapped(source: string, functions?: FunctionSet): readonly ExpressionProblem[] {
  const { error } = cel(functions).check(withEqualBranches(source, functions));
  const problem = error && celProblem(error);
  if (!problem) return [];
  return [{ ...describe(source, problem, false, functions), start: 0, end: source.length }];
}

function describe(
  source: string,
  problem: CelProblem,
  isSyntax: boolean,
  functions: FunctionSet | undefined,
): ExpressionProblem {
  const place = { start: problem.start, end: Math.max(problem.end, problem.start) };
  if (isSyntax) return { code: "expression-syntax", ...syntaxMessage(source, problem), ...place };
  if (problem.code === "no_matching_overload") return describeCall(source, problem, functions);
  return { code: "expression-type", message: reason(problem.message), ...place };
}

const foreign: Record<string, string> = {
  and: "&&",
  or: "||",
  not: "!",
  "=": "==",
  "|": "a function call, as in upper(text)",
};

function syntaxMessage(source: string, problem: CelProblem): { message: string; hint?: string | undefined } {
  const message = /\bEOF\b/.test(problem.message)
    ? "The expression ends too early."
    : `The expression cannot be read: ${problem.message}.`;
  const rest = source.slice(Math.max(0, problem.start)).trimStart();
  const word = /^(?:[A-Za-z]+|=|\|)/.exec(rest)?.[0] ?? "";
  return Object.hasOwn(foreign, word)
    ? { message: `${message} In CEL "${word}" is ${foreign[word]}.`, hint: foreign[word] }
    : { message };
}

/** CEL's own words, where they can be said more plainly. */
export function reason(message: string): string {
  const operator = /^no such overload: (.+) (\S+) (.+)$/.exec(message);
  if (operator) return `"${operator[2]}" does not work on ${plainType(operator[1]!)} and ${plainType(operator[3]!)}.`;
  const call = /^found no matching overload for '(.+)\((.*)\)'$/.exec(message);
  if (call) return `${call[1]!.replace(/^.*\./, "")} does not take ${plainType(call[2]!) || "nothing"}${of(call[1]!)}.`;
  return `${message}.`;
}

function of(called: string): string {
  const receiver = called.includes(".") ? called.slice(0, called.lastIndexOf(".")) : "";
  return receiver === "" || receiver === "dyn" ? "" : `, called on ${plainType(receiver)}`;
}

function plainType(type: string): string {
  return type
    .replace(/dyn<([^<>]+)>/g, "$1")
    .replace(/\bdouble\b/g, "number")
    .replace(/\bint\b/g, "integer");
}

function describeCall(source: string, problem: CelProblem, functions: FunctionSet | undefined): ExpressionProblem {
  const names = callableNames(functions);
  const name = (problem.node?.args as readonly unknown[] | undefined)?.[0];
  const place = { start: problem.start, end: problem.end };
  if (typeof name !== "string" || names.includes(name)) {
    return { code: "expression-type", message: reason(problem.message), ...place };
  }
  const at = Math.max(problem.start, source.indexOf(`${name}(`, problem.start));
  const near = nearest(name, names);
  const suggestion = near === undefined ? "" : ` Did you mean "${near}"?`;
  const message = `There is no function "${name}".${suggestion}`;
  return { code: "unknown-function", message, start: at, end: at + name.length, hint: near };
}
