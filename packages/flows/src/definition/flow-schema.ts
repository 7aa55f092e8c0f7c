import type { Catalogue, Names } from "./catalogue.ts";
import { describeInput } from "./describe-input.ts";
import { flowKeys } from "./flow-keys.ts";
import { expression, type JsonSchema, mapOf } from "./key-table.ts";
import { triggerKeys } from "./setting-keys.ts";
import { stepKeys } from "./step-keys.ts";

/**
 * JSON Schema (draft 7) of flow files for editors: every key with its description, names of nodes and triggers, and
 * their inputs. Expressions are accepted wherever a value is.
 */
export async function flowSchema(catalogue: Catalogue = {}): Promise<JsonSchema> {
  const step = mapOf(stepKeys, { required: ["id"], ...(await usesOf(catalogue.nodes, stepKeys.uses!.description)) });
  const trigger = mapOf(triggerKeys, {
    required: ["uses"],
    ...(await usesOf(catalogue.triggers, triggerKeys.uses!.description)),
  });
  const kinds = ["uses", "steps", "parallel", "flow"].map((key) => ({ required: [key] }));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pawl flow",
    ...mapOf(flowKeys, { required: ["name", "steps"] }),
    definitions: { step: { ...step, oneOf: kinds }, trigger },
  };
}

/** The known names, each with what it takes. Others stay allowed: a plugin may bring them. */
async function usesOf(names: Names | undefined, description: string): Promise<JsonSchema> {
  if (!names) return {};
  const cases: JsonSchema[] = [];
  const known: JsonSchema[] = [];
  for (const name of names.keys()) {
    const described = await names.find?.(name);
    known.push({
      const: name,
      ...(described?.description === undefined ? {} : { description: described.description }),
    });
    const input = described && describeInput(described.input);
    if (!input) continue;
    const { $schema: _, ...schema } = input.schema;
    const condition = { properties: { uses: { const: name } }, required: ["uses"] };
    // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's, and nobody awaits a schema
    cases.push({ if: condition, then: { properties: { with: withExpressions(schema, true) } } });
  }
  const anyName = { anyOf: [...known, { type: "string" }] };
  return { allOf: [{ properties: { uses: { description, ...anyName } } }, ...cases] };
}

/** Every value below the map itself may be an expression instead. */
function withExpressions(schema: JsonSchema, isTop = false): JsonSchema {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === "properties")
        return [key, mapValues(value as Record<string, JsonSchema>, (item) => withExpressions(item))];
      if ((key === "items" || key === "additionalProperties") && isSchema(value)) return [key, withExpressions(value)];
      return [key, value];
    }),
  );
  if (
    isTop ||
    (inner.type === "string" && inner.pattern === undefined && inner.format === undefined && inner.enum === undefined)
  )
    return inner;
  const { description, default: fallback, ...rest } = inner;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, expression],
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues<Value>(map: Record<string, Value>, change: (value: Value) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
