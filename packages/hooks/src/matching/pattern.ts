import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";

/** Longer subjects always match: a guard must not be dodged by length, nor hung by it. */
export const maxSubjectLength = 4_096;
const maxPatternLength = 1_024;

/** A test that takes linear time whatever it is given. */
export type Pattern = (subject: string) => boolean;

export type PatternResult =
  | { readonly ok: true; readonly test: Pattern }
  | { readonly ok: false; readonly code: "invalid-pattern" | "unsafe-pattern"; readonly problem: string };

/**
 * Compiles an unanchored regular expression that cannot hang: one that V8 can run in linear time runs there,
 * others on RE2, and what RE2 cannot run either (look-around, back-references) is refused.
 */
export function compilePattern(source: string): PatternResult {
  if (source.length > maxPatternLength) {
    return unsafe(`The pattern is ${source.length} characters long; the limit is ${maxPatternLength}.`);
  }
  let expression: RegExp;
  try {
    expression = new RegExp(source);
  } catch (error) {
    return { ok: false, code: "invalid-pattern", problem: reasonOf(error) };
  }
  if (isLinear(source)) return { ok: true, test: capped((subject) => expression.test(subject)) };
  try {
    const compiled = re2().RE2JS.compile(source);
    return { ok: true, test: capped((subject) => compiled.matcher(subject).find()) };
  } catch {
    return unsafe("The pattern uses look-around, back-references or very many repeats, which can take endless time.");
  }
}

function capped(test: Pattern): Pattern {
  return (subject) => subject.length > maxSubjectLength || test(subject);
}

function unsafe(problem: string): PatternResult {
  return { ok: false, code: "unsafe-pattern", problem };
}

/** `Invalid regular expression: /(/: Unterminated group` → `Unterminated group`. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${message.slice(message.lastIndexOf(": ") + 2)}.`;
}

let linearFlag: boolean | undefined;

/** Whether V8's linear engine takes it; always `false` where there is no such engine. */
function isLinear(source: string): boolean {
  linearFlag ??= enableLinearEngine();
  if (!linearFlag) return false;
  try {
    return linear(source) !== undefined;
  } catch {
    return false;
  }
}

/** @throws SyntaxError when the pattern cannot run in linear time */
function linear(source: string): RegExp {
  const flag = "l";
  return new RegExp(source, flag);
}

function enableLinearEngine(): boolean {
  try {
    // The first makes V8 fall back to its linear engine instead of backtracking on; the second allows the flag `l`.
    setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
    setFlagsFromString("--enable-experimental-regexp-engine");
    return linear("a").test("a");
  } catch {
    return false;
  }
}

let loaded: typeof import("re2js") | undefined;

// Loaded when the first pattern needs it: registration is synchronous and start-up time is a feature.
function re2(): typeof import("re2js") {
  loaded ??= createRequire(import.meta.url)("re2js") as typeof import("re2js");
  return loaded;
}
