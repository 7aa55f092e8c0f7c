import { z } from "zod";
import type { Json } from "../../json.ts";
import { type NodeDefinition, NodeError, node } from "../node.ts";
import { parsePath } from "./path.ts";

const input = z.strictObject({
  data: z.unknown().describe("A value, or JSON text."),
  path: z.string().describe('A JSON pointer (`/items/0/name`) or a path (`items[0].name`, `a["b.c"]`).'),
  default: z.unknown().optional().describe("The output when nothing is there. Without it the step fails."),
});

export const jsonQuery: NodeDefinition<z.infer<typeof input>> = node({
  name: "json.query",
  description: "Takes one value out of data by JSON pointer or path.",
  isPure: true,
  input,
  run(given): Json {
    const segments = parsePath(given.path);
    if (!segments)
      throw new NodeError(`path: "${given.path}" is neither a JSON pointer nor a path.`, { code: "invalid-path" });
    const found = take(readable(given.data), segments);
    if (found !== undefined) return found;
    if (given.default !== undefined) return given.default as Json;
    throw new NodeError(`Nothing is at "${given.path}". A default can be given as \`default:\`.`, {
      code: "missing-value",
    });
  },
});

/** Text is read as JSON, because that is what programs print. */
function readable(data: unknown): Json {
  if (typeof data !== "string") return data as Json;
  try {
    return JSON.parse(data);
  } catch (error) {
    throw new NodeError(`data is text, and not JSON: ${(error as Error).message}`, {
      code: "invalid-json",
      cause: error,
    });
  }
}

function take(data: Json, segments: readonly string[]): Json | undefined {
  let value: Json | undefined = data;
  for (const segment of segments) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) value = /^-?\d+$/.test(segment) ? (value.at(Number(segment)) as Json) : undefined;
    else value = Object.hasOwn(value, segment) ? (value as Readonly<Record<string, Json>>)[segment] : undefined;
  }
  return value;
}
