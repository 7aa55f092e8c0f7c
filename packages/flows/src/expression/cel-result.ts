import type { Json } from "../json.ts";

const maxDepth = 200;
const maxItems = 2_000_000;
const maxCharacters = 64 * 1024 * 1024;

export type ResultProblem = "expression-too-large" | "not-a-number" | "expression-type";

/** A result that JSON cannot carry; the caller adds the expression. */
export class UnusableResult extends Error {
  readonly code: ResultProblem;
  constructor(code: ResultProblem, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * What an expression gives, as JSON. Parts that are JSON already are not copied.
 * @throws UnusableResult for what JSON has no form for, and for results beyond the bounds.
 */
export function resultToJson(value: unknown): Json {
  return convert(value, { items: maxItems, characters: maxCharacters }, 0);
}

interface Budget {
  items: number;
  characters: number;
}

function convert(value: unknown, budget: Budget, depth: number): Json {
  if (--budget.items < 0) throw new UnusableResult("expression-too-large", "it has more than 2 million items");
  switch (typeof value) {
    case "string":
      budget.characters -= value.length;
      if (budget.characters < 0) throw new UnusableResult("expression-too-large", "it has more than 64 MiB of text");
      return value;
    case "number":
      if (!Number.isFinite(value)) throw new UnusableResult("not-a-number", `it is ${value}`);
      return value;
    case "bigint":
      return convertInteger(value);
    case "boolean":
      return value;
    case "object":
      return value === null ? null : convertObject(value, budget, depth);
    default:
      throw new UnusableResult("expression-type", `it is a ${typeof value}`);
  }
}

function convertInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new UnusableResult("not-a-number", `the integer ${value} is beyond what JSON carries exactly`);
}

function convertObject(value: object, budget: Budget, depth: number): Json {
  if (depth >= maxDepth)
    throw new UnusableResult("expression-too-large", `it is nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) return convertList(value, budget, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return convertMap(value, budget, depth);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Map) return convertMap(Object.fromEntries(value), budget, depth);
  if (value instanceof Set) return convertList([...value], budget, depth);
  return convertCelObject(value, budget, depth);
}

/** CEL's own classes are told apart by what they offer, so that CEL need not be loaded to know them. */
function convertCelObject(value: object, budget: Budget, depth: number): Json {
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object google.protobuf.Duration]") return String(value);
  if (tag.startsWith("[object Type<")) return tag.slice("[object Type<".length, -2);
  if (tag.startsWith("[object value = ")) return convertInteger(value.valueOf() as unknown as bigint);
  if (tag === "[object optional]") {
    const optional = value as { hasValue(): boolean; value(): unknown };
    return optional.hasValue() ? convert(optional.value(), budget, depth + 1) : null;
  }
  throw new UnusableResult("expression-type", "it is not text, a number, a boolean, a list or a map");
}

function convertList(list: readonly unknown[], budget: Budget, depth: number): Json {
  let copy: Json[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = convert(list[index], budget, depth + 1);
    if (copy === undefined && item !== list[index]) copy = list.slice(0, index) as Json[];
    copy?.push(item);
  }
  return copy ?? (list as readonly Json[]);
}

function convertMap(map: object, budget: Budget, depth: number): Json {
  let copy: Record<string, Json> | undefined;
  for (const [key, old] of Object.entries(map)) {
    const item = convert(old, budget, depth + 1);
    budget.characters -= key.length;
    if (item === old) continue;
    copy ??= { ...(map as Record<string, Json>) };
    Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true, configurable: true });
  }
  return copy ?? (map as Record<string, Json>);
}
