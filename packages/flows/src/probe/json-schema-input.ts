import { createRequire } from "node:module";
import type { InputSchema, SchemaIssue } from "../nodes/node.ts";

interface Checker {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly SchemaIssue[] };
  };
}

const require = createRequire(import.meta.url);

/**
 * Checks inputs by the JSON Schema of a schema that is elsewhere, and leaves them as they are: defaults, conversions and
 * rules that JSON Schema has no words for are up to that one. Without a JSON Schema it takes everything.
 */
export function jsonSchemaInput(schema: unknown): InputSchema<unknown> {
  let checker: Checker | undefined;
  const standard = {
    version: 1 as const,
    vendor: "pawl",
    validate(value: unknown) {
      checker ??= checkerOf(schema);
      const checked = checker.safeParse(value);
      return checked.success ? { value } : { issues: checked.error?.issues ?? [] };
    },
    jsonSchema: { input: () => schema },
  };
  return { "~standard": standard };
}

const anything: Checker = { safeParse: () => ({ success: true }) };

/** The installed zod, whose sentences are those of the schema itself. What of zod is bundled with Pawl does not read JSON Schema. */
function checkerOf(schema: unknown): Checker {
  if (schema === undefined) return anything;
  try {
    return (require("zod") as { fromJSONSchema(schema: unknown): Checker }).fromJSONSchema(schema);
  } catch {
    return anything;
  }
}
