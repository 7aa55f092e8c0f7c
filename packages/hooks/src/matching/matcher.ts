import type { HookEvent } from "../events/names.ts";
import { eventRules } from "../events/rules.ts";
import { compilePattern, type PatternResult } from "./pattern.ts";

export type MatcherResult = PatternResult;

const exactNames = /^[A-Za-z0-9_\-,| ]*$/;
// These two events match file names and error words, where a hyphen or a comma may be part of a name.
const exactWords = /^[A-Za-z0-9_|]*$/;

/**
 * Compiles a matcher: nothing, `""` and `"*"` match everything; names separated by `|` or `,` match exactly;
 * anything else is an unanchored regular expression. What runs for a subject is remembered by the plan of its event.
 */
export function compileMatcher(matcher: string | undefined, event: HookEvent): MatcherResult {
  if (matchesAll(matcher) || eventRules[event].matched === undefined) return { ok: true, test: () => true };
  const wordsOnly = event === "FileChanged" || event === "StopFailure";
  if ((wordsOnly ? exactWords : exactNames).test(matcher!)) {
    const names = new Set(
      matcher!
        .split(wordsOnly ? "|" : /[|,]/)
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    );
    return { ok: true, test: (subject) => names.has(subject) };
  }
  return compilePattern(matcher!);
}

export function matchesAll(matcher: string | undefined): boolean {
  return matcher === undefined || matcher === "" || matcher === "*";
}

/** What a person probably meant who wrote a permission rule (`Bash(git *)`) where a pattern belongs. */
export function looksLikeRule(matcher: string): boolean {
  return /^[A-Za-z_]+\([^)|]*[ *:/][^)|]*\)$/.test(matcher);
}
