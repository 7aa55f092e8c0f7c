import type { Json, JsonObject } from "@pawl/flows";

/** What a message carries. Each receiver, and each attempt, gets a copy of its own: hooks mutate what they are given. */
export interface Payload {
  take(): JsonObject;
  text(): string;
  /** About how much memory it holds. */
  readonly bytes: number;
}

/** A payload that was serialised once; engines that write to disk keep it like this. */
export class TextPayload implements Payload {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  static of(value: object): TextPayload {
    return new TextPayload(JSON.stringify(value));
  }

  get bytes(): number {
    return this.#text.length;
  }

  take(): JsonObject {
    return JSON.parse(this.#text) as JsonObject;
  }

  text(): string {
    return this.#text;
  }
}

/** A payload that never leaves the process; copying it costs a fraction of writing and reading it as text. */
export class ValuePayload implements Payload {
  readonly #value: JsonObject;
  readonly bytes: number;

  constructor(value: JsonObject, bytes: number) {
    this.#value = value;
    this.bytes = bytes;
  }

  static of(value: object): ValuePayload {
    const size: Size = { bytes: 0 };
    return new ValuePayload(copyJson(value, size) as JsonObject, size.bytes);
  }

  take(): JsonObject {
    return copyPlain(this.#value) as JsonObject;
  }

  text(): string {
    return JSON.stringify(this.#value);
  }
}

interface Size {
  bytes: number;
}

/**
 * What `JSON.parse(JSON.stringify(value))` gives, without the text in between. `undefined` where JSON has nothing.
 * @throws TypeError for a BigInt, RangeError for a circle
 */
export function copyJson(value: unknown, size: Size = { bytes: 0 }, key = ""): Json | undefined {
  switch (typeof value) {
    case "string":
      size.bytes += value.length + 2;
      return value;
    case "number":
      size.bytes += 8;
      return Number.isFinite(value) ? value + 0 : null;
    case "boolean":
      size.bytes += 4;
      return value;
    case "bigint":
      throw new TypeError("A BigInt cannot be part of a message.");
    case "object":
      return value === null ? null : copyObject(value, size, key);
    default:
      return undefined;
  }
}

function copyObject(value: object, size: Size, key: string): Json | undefined {
  if ("toJSON" in value && typeof value.toJSON === "function") {
    const replaced: unknown = value.toJSON(key);
    return replaced === value ? copyFields(value, size) : copyJson(replaced, size, key);
  }
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return copyJson(value.valueOf(), size, key);
  }
  return copyFields(value, size);
}

function copyFields(value: object, size: Size): Json {
  size.bytes += 16;
  if (Array.isArray(value)) {
    const list = new Array<Json>(value.length);
    for (let index = 0; index < value.length; index++)
      list[index] = copyJson(value[index], size, String(index)) ?? null;
    return list;
  }
  const copy: Record<string, Json> = {};
  for (const name of Object.keys(value)) {
    const field = copyJson(Reflect.get(value, name), size, name);
    if (field === undefined) continue;
    size.bytes += name.length + 4;
    if (name === "__proto__") define(copy, name, field);
    else copy[name] = field;
  }
  return copy;
}

/** Copies what is known to be JSON. */
function copyPlain(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyPlain);
  const source = value as JsonObject;
  const copy: Record<string, Json> = {};
  for (const name of Object.keys(source)) {
    if (name === "__proto__") define(copy, name, copyPlain(source[name]!));
    else copy[name] = copyPlain(source[name]!);
  }
  return copy;
}

/** A key called `__proto__` is data in JSON; assigning it would change the object instead. */
function define(target: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}
