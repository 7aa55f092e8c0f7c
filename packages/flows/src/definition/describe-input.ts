import type { InputSchema } from "../nodes/node.ts";

/** The part of JSON Schema (draft 7) that inputs are described in. */
export interface InputDescription {
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
  /** Whether inputs that are not described are refused. */
  readonly isClosed: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

interface StandardJsonSchema {
  readonly jsonSchema?: { input(options: { target: string }): unknown };
}

const described = new WeakMap<InputSchema<unknown>, InputDescription | false>();

/** What a schema says of itself, for those that can (zod); nothing for others. */
export function describeInput(schema: InputSchema<unknown>): InputDescription | undefined {
  const known = described.get(schema);
  if (known !== undefined) return known || undefined;
  const made = describe(schema);
  described.set(schema, made ?? false);
  return made;
}

/**
 * As the schema gives it; nothing when it gives none.
 * @throws what the schema throws where JSON Schema has no words for it
 */
export function jsonSchemaOf(schema: InputSchema<unknown>): unknown {
  const standard = schema["~standard"] as object as StandardJsonSchema;
  return standard.jsonSchema?.input({ target: "draft-07" });
}

function describe(schema: InputSchema<unknown>): InputDescription | undefined {
  try {
    const json = jsonSchemaOf(schema);
    if (typeof json !== "object" || json === null || !("properties" in json)) return undefined;
    const { properties, required, additionalProperties } = json as Record<string, unknown>;
    return {
      properties: properties as InputDescription["properties"],
      required: Array.isArray(required) ? required : [],
      isClosed: additionalProperties === false,
      schema: json as Record<string, unknown>,
    };
  } catch {
    return undefined;
  }
}
