import { z } from "zod";
import { isTruthy } from "../../expression/truthy.ts";
import type { Json } from "../../json.ts";
import { type NodeDefinition, NodeError, node } from "../node.ts";

const input = z.strictObject({
  condition: z.unknown().describe("True by the rule of a step's `if`."),
  true_value: z.unknown().default("true"),
  false_value: z.unknown().default("false"),
  fail_on_false: z.boolean().default(false),
});

export const systemIf: NodeDefinition<z.infer<typeof input>> = node({
  name: "system.if",
  description: "One of two values, by a condition.",
  isPure: true,
  input,
  run(given): Json {
    if (isTruthy((given.condition ?? null) as Json)) return given.true_value as Json;
    if (given.fail_on_false) throw new NodeError("The condition is false.", { code: "assertion-failed" });
    return given.false_value as Json;
  },
});
