import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { ExpressionFunction } from "./expression-function.ts";

/** Functions that come from one place, named as a person would look for it: a file, a package. */
export interface FunctionSource {
  readonly source: string;
  readonly functions: readonly ExpressionFunction[];
}

/** A function with where it comes from. */
export interface FunctionEntry {
  readonly source: string;
  readonly definition: ExpressionFunction;
}

/** The functions that plugins add to expressions, by name. Expressions are compiled for one set. */
export interface FunctionSet {
  /** One `duplicate-function` for each name that came twice, or that expressions have themselves. */
  readonly diagnostics: readonly Diagnostic[];
  readonly entries: ReadonlyMap<string, FunctionEntry>;
}

/** What CEL and Pawl give a meaning themselves; `functionNames` has Pawl's. */
const celFunctions = new Set(
  (
    "size contains startsWith endsWith matches int uint double string bool bytes dyn type duration timestamp has all " +
    "exists exists_one map filter bind google optional or orValue value hasValue in null true false list"
  ).split(" "),
);

/** @param known the names of the functions that every expression has */
export function createFunctionSet(sources: readonly FunctionSource[], known: readonly string[]): FunctionSet {
  const entries = new Map<string, FunctionEntry>();
  const diagnostics: Diagnostic[] = [];
  for (const { source, functions } of sources) {
    for (const definition of functions) {
      const { name } = definition;
      const first = entries.get(name)?.source ?? (known.includes(name) || celFunctions.has(name) ? "Pawl" : undefined);
      if (first === undefined) entries.set(name, { source, definition });
      else diagnostics.push(duplicate(name, first, source));
    }
  }
  return { diagnostics, entries };
}

function duplicate(name: string, first: string, second: string): Diagnostic {
  return {
    code: "duplicate-function",
    severity: "error",
    message: `The function "${name}" is defined by ${first} and again by ${second}. The one of ${first} is used.`,
    hint: "Give it another name.",
  };
}
