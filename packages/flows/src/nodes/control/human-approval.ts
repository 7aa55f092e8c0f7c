import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { type NodeDefinition, NodeResult, node } from "../node.ts";

const expires = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms === undefined) context.addIssue({ code: "custom", message: "expected a duration like 30m, 8h or 2d" });
    return ms ?? 0;
  })
  .describe("The step fails when nobody has decided by then: `8h`. Default: it waits for ever.");

const input = z.strictObject({
  message: z.string().describe("What is to be approved."),
  approvers: z.array(z.string()).optional().describe("Names of those who may decide. Default: anybody."),
  expires: expires.optional(),
});

/** A gate of its own; `approval:` on a step asks before that step instead. */
export const humanApproval: NodeDefinition<z.infer<typeof input>> = node({
  name: "human.approval",
  description: "Waits until somebody approves; a rejection fails the step.",
  isPure: true,
  input,
  ask: ({ message, approvers = [], expires: expiresMs }) => ({
    kind: "approval",
    message,
    approvers,
    ...(expiresMs === undefined ? {} : { expiresMs }),
  }),
  run: () => new NodeResult({ status: "suspended" }),
});
