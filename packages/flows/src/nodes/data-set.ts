import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { type NodeDefinition, node } from "./node.ts";

export const dataSet: NodeDefinition<Record<string, unknown>> = node({
  name: "data.set",
  description: "Its output is its `with`, resolved.",
  isPure: true,
  input: z.record(z.string(), z.unknown()),
  run: (input) => input as JsonObject,
});
