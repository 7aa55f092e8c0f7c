/** JSON Schema, draft 7. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What a key is for: hints, the schema for editors and the reference are all made from this. */
export interface Key {
  readonly description: string;
  /** What holds when it is left out, as it is written where it can be. Every key has one that is not required. */
  readonly default?: string;
  readonly isRequired?: true;
  /** A line of YAML, or several, as it stands in a file. */
  readonly example: string;
  readonly schema: JsonSchema;
}

export type KeyTable = Readonly<Record<string, Key>>;

export const text: JsonSchema = { type: "string" };
export const flag: JsonSchema = { type: "boolean" };
export const texts: JsonSchema = { type: "array", items: text };
export const duration: JsonSchema = {
  anyOf: [
    { type: "string", pattern: "^\\s*(\\d+(\\.\\d+)?(ms|s|m|h|d|w)?)+\\s*$|^P" },
    { type: "number", minimum: 0 },
  ],
};
export const expression: JsonSchema = { type: "string", pattern: "\\$\\{\\{" };
export const identifier: JsonSchema = { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$" };
export const environment: JsonSchema = {
  type: "object",
  propertyNames: identifier,
  additionalProperties: { type: ["string", "number", "boolean", "null"] },
};

export function whole(minimum: number, maximum?: number): JsonSchema {
  return { type: "integer", minimum, ...(maximum === undefined ? {} : { maximum }) };
}

/** A map that has the keys of a table and no others. */
export function mapOf(table: KeyTable, more: JsonSchema = {}): JsonSchema {
  const properties = Object.entries(table).map(([name, { description, schema, default: fallback }]) => {
    const known = fallback === undefined || fallback === "none" ? description : `${description} Default: ${fallback}.`;
    return [name, { description: known, ...schema }];
  });
  return { type: "object", properties: Object.fromEntries(properties), additionalProperties: false, ...more };
}
