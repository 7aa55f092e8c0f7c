import { isDeepStrictEqual } from "node:util";
import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import type { Json } from "../json.ts";

/** A place where a value is not what was expected. */
export interface Difference {
  /** From the top of the value. */
  readonly path: readonly (string | number)[];
  /** Sentence parts: what was expected, and what is there. */
  readonly expected: string;
  readonly actual: string;
}

type Path = readonly (string | number)[];

const matchers = ["$any", "$contains", "$exactly", "$matches"] as const;
type Matcher = (typeof matchers)[number];

/**
 * Where a value differs from what is expected of it. Of a map only the keys that are named count; a list has as many items as
 * are named. A map with a matcher alone (`$contains`, `$matches`, `$exactly`, `$any`) says something else about its place.
 */
export function differences(expected: Json, actual: Json | undefined, path: Path = []): Difference[] {
  const matcher = matcherOf(expected);
  if (matcher) return matched(matcher.name, matcher.operand, actual) ? [] : [difference(matcher, actual, path)];
  if (Array.isArray(expected)) return listDifferences(expected, actual, path);
  if (isMap(expected)) return mapDifferences(expected, actual, path);
  return Object.is(expected, actual) ? [] : [{ path, expected: shownValue(expected), actual: shownValue(actual) }];
}

function mapDifferences(expected: Readonly<Record<string, Json>>, actual: Json | undefined, path: Path): Difference[] {
  if (!isMap(actual)) return [{ path, expected: "a map", actual: shownValue(actual) }];
  return Object.entries(expected).flatMap(([key, value]) => {
    if (Object.hasOwn(actual, key)) return differences(value, actual[key], [...path, key]);
    const near = nearest(key, Object.keys(actual));
    const found = near === undefined ? "nothing" : `nothing; there is ${near}`;
    return [{ path: [...path, key], expected: shownExpectation(value), actual: found }];
  });
}

function listDifferences(expected: readonly Json[], actual: Json | undefined, path: Path): Difference[] {
  if (!Array.isArray(actual)) return [{ path, expected: "a list", actual: shownValue(actual) }];
  const found = expected.flatMap((item, index) => {
    return index < actual.length ? differences(item, actual[index], [...path, index]) : [];
  });
  if (actual.length === expected.length) return found;
  const counts = { expected: items(expected.length), actual: `${items(actual.length)}: ${shownValue(actual)}` };
  return [{ path, ...counts }, ...found];
}

function items(count: number): string {
  return `${count} item${count === 1 ? "" : "s"}`;
}

interface Match {
  readonly name: Matcher;
  readonly operand: Json;
}

function matcherOf(expected: Json): Match | undefined {
  if (!isMap(expected)) return undefined;
  const [[name, operand] = [undefined, null], ...others] = Object.entries(expected);
  const known = matchers.find((each) => each === name);
  return known === undefined || others.length > 0 ? undefined : { name: known, operand };
}

function matched(name: Matcher, operand: Json, actual: Json | undefined): boolean {
  if (actual === undefined) return false;
  if (name === "$any") return true;
  if (name === "$exactly") return isDeepStrictEqual(operand, actual);
  if (name === "$matches") return typeof actual === "string" && new RegExp(String(operand)).test(actual);
  if (typeof actual === "string") return typeof operand === "string" && actual.includes(operand);
  return Array.isArray(actual) && actual.some((item) => differences(operand, item).length === 0);
}

function difference(matcher: Match, actual: Json | undefined, path: Path): Difference {
  return { path, expected: shownExpectation({ [matcher.name]: matcher.operand }), actual: shownValue(actual) };
}

/** What is wrong with the matchers in a value, at the first one. */
export function problemOfMatchers(value: Json): { readonly message: string; readonly hint?: string } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const matcher = matcherOf(value);
  if (matcher?.name === "$exactly") return undefined;
  if (matcher?.name === "$matches" && !isPattern(matcher.operand))
    return { message: `$matches takes a regular expression; ${shownValue(matcher.operand)} is none.` };
  const keys = Object.keys(value);
  const unknown = matcher || Array.isArray(value) ? undefined : keys.find((key) => key.startsWith("$"));
  if (unknown !== undefined) {
    const near = nearest(unknown, matchers);
    const why = (matchers as readonly string[]).includes(unknown)
      ? `${unknown} stands alone in its map.`
      : `There is no matcher ${unknown}.${didYouMean(unknown, matchers) || ` There are ${matchers.join(", ")}.`}`;
    return { message: why, ...(near === undefined ? {} : { hint: near }) };
  }
  for (const item of Object.values(value)) {
    const problem = problemOfMatchers(item as Json);
    if (problem) return problem;
  }
  return undefined;
}

function isPattern(operand: Json): boolean {
  try {
    new RegExp(String(operand));
    return typeof operand === "string";
  } catch {
    return false;
  }
}

function isMap(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const words: Readonly<Record<Matcher, (operand: Json) => string>> = {
  $any: () => "anything",
  $contains: (operand) => `something with ${shownValue(operand)} in it`,
  $exactly: (operand) => `exactly ${shownValue(operand)}`,
  $matches: (operand) => `text that matches ${operand}`,
};

function shownExpectation(value: Json): string {
  const matcher = matcherOf(value);
  return matcher ? words[matcher.name](matcher.operand) : shownValue(value);
}

const longestShown = 200;

export function shownValue(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown - 1)}…`;
}
