import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js";
import { functionNames, registerFunctions } from "./cel-functions.ts";
import type { FunctionSet } from "./function-set.ts";
import { registerPluginFunctions } from "./plugin-calls.ts";

export type { ASTNode, ParseResult };

/** A mistake that CEL found, with its place in the source. */
export interface CelProblem {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly node:
    | { readonly op?: string; readonly args?: unknown; readonly start: number; readonly end: number }
    | undefined;
}

let environment: Environment | undefined;
let loading: Promise<void> | undefined;
const extended = new WeakMap<FunctionSet, Environment>();

/**
 * Loads the CEL library, once. Needed before anything but plain paths is compiled;
 * it costs some 30 ms, so whoever can tell that no expression needs it does not call this.
 */
export function loadCel(): Promise<void> | undefined {
  if (environment) return undefined;
  loading ??= import("@marcbachmann/cel-js").then((cel) => {
    environment = createEnvironment(cel.Environment);
  });
  return loading;
}

/** An expression is more than a plain path, and `loadCel` has not been awaited. */
export class CelNotLoaded extends Error {
  override readonly message: string = "loadCel() is awaited before expressions other than plain paths are compiled";
}

/**
 * CEL with Pawl's functions, and with those of plugins when a set of them is given.
 * @throws CelNotLoaded
 */
export function cel(functions?: FunctionSet): Environment {
  if (!environment) throw new CelNotLoaded();
  if (functions === undefined || functions.entries.size === 0) return environment;
  let found = extended.get(functions);
  if (found === undefined) {
    found = createEnvironment(environment.constructor as typeof Environment, functions);
    extended.set(functions, found);
  }
  return found;
}

/** The names that can be called, for spelling hints. */
export function callableNames(functions?: FunctionSet): readonly string[] {
  return [
    ...new Set([
      ...cel(functions)
        .getDefinitions()
        .functions.map((definition) => definition.name),
      ...functionNames,
    ]),
  ];
}

function createEnvironment(Constructor: typeof Environment, functions?: FunctionSet): Environment {
  const created = new Constructor({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxDepth: 100, maxAstNodes: 2_000 },
  });
  registerArithmetic(created);
  registerConcatenation(created);
  registerFunctions(created);
  if (functions !== undefined) registerPluginFunctions(created, functions);
  return created;
}

const arithmetic: Record<string, (left: number, right: number) => number> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
};

/** JSON numbers are doubles and literals are integers: CEL alone refuses to mix them. */
function registerArithmetic(target: Environment): void {
  for (const [operator, compute] of Object.entries(arithmetic)) {
    const handler = (left: unknown, right: unknown) => compute(Number(left), Number(right));
    target.registerOperator(`int ${operator} double`, handler);
    target.registerOperator(`double ${operator} int`, handler);
  }
  target.registerOperator("double % double", (left: number, right: number) => left % right);
}

function registerConcatenation(target: Environment): void {
  for (const type of ["int", "double", "bool"]) {
    target.registerOperator(`string + ${type}`, (left: unknown, right: unknown) => `${left}${right}`);
    target.registerOperator(`${type} + string`, (left: unknown, right: unknown) => `${left}${right}`);
  }
}

/** CEL's error as data, or nothing when it is another kind of error. */
export function celProblem(error: unknown): CelProblem | undefined {
  if (!(error instanceof Error) || !("summary" in error) || !("range" in error)) return undefined;
  const { code, summary, range, node } = error as Error & {
    code: string;
    summary: string;
    range?: { start: number; end: number };
    node?: CelProblem["node"];
  };
  return { code, message: summary, start: range?.start ?? 0, end: range?.end ?? 0, node };
}
