import { z } from "zod";
import { isTruthy } from "../../expression/truthy.ts";
import type { Json } from "../../json.ts";
import { type NodeDefinition, NodeError, node } from "../node.ts";

const input = z.strictObject({
  condition: z.unknown().describe("True by the rule of `if`."),
  message: z.string().default("The condition is not true."),
});

export const assertThat: NodeDefinition<z.infer<typeof input>> = node({
  name: "assert.that",
  description: "Fails the step unless a condition is true.",
  isPure: true,
  input,
  run({ condition, message }) {
    if (!isTruthy((condition ?? null) as Json)) throw new NodeError(message, { code: "assertion-failed" });
    return true;
  },
});
