import type { Json } from "../json.ts";

const maxDepth = 100;
const maxSize = 32 * 1024 * 1024;

/** A value that cannot be stored. */
export class NotJsonError extends Error {}

interface Measure {
  size: number;
}

/**
 * The value as JSON. What JSON has a form for is converted (dates, sets of properties that are undefined); what it has none for
 * (functions, cycles, NaN, BigInt) and what is longer than 32 MB or deeper than 100 levels is refused.
 * @throws NotJsonError
 */
export function jsonOf(value: unknown): Json {
  return convert(value, 0, { size: 0 });
}

function convert(value: unknown, depth: number, measure: Measure): Json {
  switch (typeof value) {
    case "string":
      grow(measure, value.length);
      return value;
    case "boolean":
      return value;
    case "number":
      if (!Number.isFinite(value)) throw new NotJsonError(`it holds ${value}, which JSON cannot express`);
      return value;
    case "undefined":
      return null;
    case "object":
      return value === null ? null : convertObject(value, depth, measure);
    default:
      throw new NotJsonError(`it holds a ${typeof value}, which JSON cannot express`);
  }
}

function convertObject(value: object, depth: number, measure: Measure): Json {
  if (depth >= maxDepth) throw new NotJsonError(`it is more than ${maxDepth} levels deep, or holds itself`);
  if ("toJSON" in value && typeof value.toJSON === "function") return convert(value.toJSON(), depth + 1, measure);
  if (Array.isArray(value)) {
    grow(measure, value.length);
    return value.map((item) => convert(item, depth + 1, measure));
  }
  if (value instanceof Map || value instanceof Set) {
    throw new NotJsonError(`it holds a ${value.constructor.name}, which JSON cannot express`);
  }
  const copy: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    grow(measure, key.length);
    define(copy, key, convert(item, depth + 1, measure));
  }
  return copy;
}

/** A key such as `__proto__` is data like any other. */
function define(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
  else target[key] = value;
}

function grow(measure: Measure, by: number): void {
  measure.size += by + 1;
  if (measure.size > maxSize) throw new NotJsonError(`it is larger than ${maxSize / 1024 / 1024} MB`);
}
