import type { Environment } from "@marcbachmann/cel-js";
import { guard } from "@pawl/hooks/guard";
import type { Json } from "../json.ts";
import { FunctionError } from "./cel-functions.ts";
import { resultToJson, UnusableResult } from "./cel-result.ts";
import { type ExpressionFunction, isOfType, type ValueType } from "./expression-function.ts";
import type { FunctionSet } from "./function-set.ts";

/** JSON knows one kind of number, CEL two: a parameter that is a number is both. */
const celTypes: Readonly<Record<ValueType, readonly string[]>> = {
  string: ["string"],
  number: ["int", "double"],
  boolean: ["bool"],
  list: ["list"],
  map: ["map"],
  any: ["dyn"],
};
const celResults: Readonly<Record<ValueType, string>> = {
  string: "string",
  number: "double",
  boolean: "bool",
  list: "list",
  map: "map",
  any: "dyn",
};
/** Each doubles the number of signatures; beyond, numbers are checked when the function is called. */
const maxNumbers = 4;

/** Makes the functions of a set known to an environment of CEL. */
export function registerPluginFunctions(target: Environment, set: FunctionSet): void {
  for (const { definition } of set.entries.values()) {
    const handler = (...values: unknown[]) => called(definition, values);
    for (const parameters of signaturesOf(definition)) {
      const signature = `${definition.name}(${parameters.join(", ")}): ${celResults[definition.returns ?? "any"]}`;
      target.registerFunction(signature, handler, {
        description: definition.description ?? "",
        async: false,
      } as never);
    }
  }
}

function signaturesOf({ parameters }: ExpressionFunction): readonly (readonly string[])[] {
  const isMany = parameters.filter((type) => type === "number").length > maxNumbers;
  let signatures: readonly (readonly string[])[] = [[]];
  for (const type of parameters) {
    const kinds = isMany && type === "number" ? ["dyn"] : celTypes[type];
    signatures = signatures.flatMap((begun) => kinds.map((kind) => [...begun, kind]));
  }
  return signatures;
}

/** Values go in as copies, so that no function changes what steps have put out. */
function called(definition: ExpressionFunction, values: readonly unknown[]): Json {
  const { name, parameters, returns = "any" } = definition;
  const given = values.map((value) => copyOf(resultToJson(value)));
  const wrong = given.findIndex((value, index) => !isOfType(value, parameters[index] ?? "any"));
  if (wrong >= 0) throw new FunctionError(`${name} takes a ${parameters[wrong]} as value ${wrong + 1}`);
  const outcome = guard(() => definition.call(...given), { name, point: "function" });
  if (outcome instanceof Promise) throw new FunctionError(`${name} gave a promise; a function answers at once`);
  if (outcome.status !== "ok") {
    const { error } = outcome as { readonly error?: unknown };
    throw new FunctionError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = asJson(name, outcome.value);
  if (isOfType(result, returns)) return result;
  throw new FunctionError(`${name} promises a ${returns} and gave ${shown(result)}`);
}

function copyOf(value: Json): Json {
  return typeof value === "object" && value !== null ? structuredClone(value) : value;
}

function asJson(name: string, value: unknown): Json {
  try {
    return value === undefined ? null : resultToJson(value);
  } catch (error) {
    if (!(error instanceof UnusableResult)) throw error;
    throw new FunctionError(`${name} gave what no expression can use: ${error.message}`);
  }
}

function shown(value: Json): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return value === null ? "nothing" : "a map";
  return `a ${typeof value}`;
}
