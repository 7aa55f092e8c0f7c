import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";

const duration = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms === undefined) context.addIssue({ code: "custom", message: "expected a duration like 30s, 5m or 1h30m" });
    return ms ?? 0;
  })
  .describe("`30s`, `1h30m`, or seconds.");

const until = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const ms = typeof value === "number" ? value * 1_000 : Date.parse(value);
    if (Number.isFinite(ms)) return ms;
    context.addIssue({ code: "custom", message: "expected a date and time like 2030-01-31T09:00:00Z" });
    return 0;
  })
  .describe("A date and time (ISO 8601), or seconds since 1970.");

const input = z
  .strictObject({ duration: duration.optional(), until: until.optional() })
  .refine((given) => (given.duration === undefined) !== (given.until === undefined), {
    message: "give either duration or until",
  });

/** Its output says when the run went on. */
export const waitFor: NodeDefinition<z.infer<typeof input>> = node({
  name: "wait.for",
  description: "Pauses the run for a time or until a moment; the pause outlives restarts.",
  isPure: true,
  input,
  waitUntil: (given, now) => given.until ?? now + (given.duration ?? 0),
  run: (_given, context) => ({ resumed_at: new Date(context.clock.now()).toISOString() }),
});
