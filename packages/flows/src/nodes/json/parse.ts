import { z } from "zod";
import type { Json } from "../../json.ts";
import { type NodeDefinition, NodeError, node } from "../node.ts";

const input = z.strictObject({ text: z.string() });

export const jsonParse: NodeDefinition<z.infer<typeof input>> = node({
  name: "json.parse",
  description: "Reads JSON text.",
  isPure: true,
  input,
  run({ text }): Json {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new NodeError(`text is not JSON: ${(error as Error).message}`, { code: "invalid-json", cause: error });
    }
  },
});
