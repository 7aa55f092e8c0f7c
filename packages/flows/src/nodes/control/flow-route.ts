import { z } from "zod";
import type { Json } from "../../json.ts";
import { type NodeDefinition, node } from "../node.ts";

const input = z.strictObject({
  target: z.string().min(1).describe("The id of the step to go to, or `end`."),
  payload: z.unknown().default({}),
  reason: z.string().default(""),
});

export const flowRoute: NodeDefinition<z.infer<typeof input>> = node({
  name: "flow.route",
  description: "Names the step that comes next, for `next: ${{ steps.ID.output }}`.",
  isPure: true,
  input,
  run: ({ target, payload, reason }): Json => ({ routed: true, target, payload: payload as Json, reason }),
});
