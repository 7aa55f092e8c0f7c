import { z } from "zod";

type JsonSchema = Record<string, unknown>;

const problem = {
  type: "object",
  description: "What went wrong (RFC 9457). `code` is for programs, `detail` for people.",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string" },
  },
  required: ["type", "title", "status", "code", "detail"],
};

const converted = { input: new WeakMap<z.ZodType, JsonSchema>(), output: new WeakMap<z.ZodType, JsonSchema>() };

/** JSON Schemas of zod schemas; those with an id become components. */
export class Schemas {
  readonly #components = new Map<string, JsonSchema>([["Problem", problem]]);

  /** `io`: what is sent to the schema, or what it makes of it. */
  of(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const { $defs = {}, properties } = convert(schema, io) as {
      readonly $defs?: Record<string, JsonSchema>;
      readonly properties: { readonly it: JsonSchema };
    };
    for (const [name, { id: _, ...definition }] of Object.entries($defs)) this.#components.set(name, definition);
    return properties.it;
  }

  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Inside another schema, so that one with an id is referred to. */
function convert(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const known = converted[io].get(schema);
  if (known !== undefined) return known;
  const made = z.toJSONSchema(z.object({ it: schema }), { io, unrepresentable: "any" });
  const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
  const result = JSON.parse(text) as JsonSchema;
  converted[io].set(schema, result);
  return result;
}
