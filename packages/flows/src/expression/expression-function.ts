import type { Json, JsonObject } from "../json.ts";

/** What a value is, in the words of a flow file. */
export type ValueType = "string" | "number" | "boolean" | "list" | "map" | "any";

interface ValueOf {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly list: readonly Json[];
  readonly map: JsonObject;
  readonly any: Json;
}

type ValuesOf<Types extends readonly ValueType[]> = { readonly [Index in keyof Types]: ValueOf[Types[Index]] };

/**
 * A helper for `${{ … }}`. It is called again whenever an expression is evaluated, also after a crash: for the same values it
 * has to give the same result, and it must not do anything else. It gets 50 ms, and answers at once: no promise.
 */
export interface ExpressionFunction {
  /** Letters, digits and underscores: `slug` is called as `slug(inputs.title)`. */
  readonly name: string;
  readonly description?: string;
  /** What it takes, in order. */
  readonly parameters: readonly ValueType[];
  /** What it gives. Default: `any`. */
  readonly returns?: ValueType;
  call(...values: readonly Json[]): Json;
}

/** Declares a function with the types of its parameters. */
export function expressionFunction<
  const Parameters extends readonly ValueType[],
  const Returns extends ValueType = "any",
>(definition: {
  readonly name: string;
  readonly description?: string;
  readonly parameters: Parameters;
  readonly returns?: Returns;
  call(...values: ValuesOf<Parameters>): ValueOf[Returns];
}): ExpressionFunction {
  return definition as unknown as ExpressionFunction;
}

/** Whether a value is of that type. */
export function isOfType(value: Json, type: ValueType): boolean {
  if (type === "any") return true;
  if (type === "list") return Array.isArray(value);
  if (type === "map") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** `slug(string, number): string` */
export function signatureOf({ name, parameters, returns = "any" }: ExpressionFunction): string {
  return `${name}(${parameters.join(", ")}): ${returns}`;
}
