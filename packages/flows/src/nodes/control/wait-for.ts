import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { isTruthy } from "../../expression/truthy.ts";
import type { Json } from "../../json.ts";
import { type NodeDefinition, node } from "../node.ts";

const shortestEveryMs = 1_000;

const duration = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms === undefined) context.addIssue({ code: "custom", message: "expected a duration like 30s, 5m or 1h30m" });
    return ms ?? 0;
  })
  .describe("`30s`, `1h30m`, or seconds.");

const until = z
  .unknown()
  .optional()
  .describe("A date and time (ISO 8601), or seconds since 1970. With `every`: a condition, true by the rule of `if`.");

const every = duration.refine((ms) => ms >= shortestEveryMs, "expected 1s or more");

const input = z
  .strictObject({
    duration: duration.optional(),
    until,
    every: every
      .optional()
      .describe("How often `until` is evaluated anew, by what expressions know of the time: `1m`."),
  })
  .superRefine(({ duration: length, until: moment, every: pause }, context) => {
    if ((length === undefined) === (moment === undefined)) {
      context.addIssue({ code: "custom", message: "give either duration or until" });
    } else if (pause === undefined && moment !== undefined && Number.isNaN(timeOf(moment))) {
      const message = "expected a date and time like 2030-01-31T09:00:00Z, or a condition with every";
      context.addIssue({ code: "custom", path: ["until"], message });
    } else if (pause !== undefined && moment === undefined) {
      context.addIssue({ code: "custom", path: ["every"], message: "every goes with until" });
    }
  });

function timeOf(moment: unknown): number {
  if (typeof moment === "number") return moment * 1_000;
  return typeof moment === "string" ? Date.parse(moment) : Number.NaN;
}

/** Its output says when the run went on. */
export const waitFor: NodeDefinition<z.infer<typeof input>> = node({
  name: "wait.for",
  description: "Pauses the run for a time, until a moment, or until a condition holds; the pause outlives restarts.",
  isPure: true,
  input,
  waitUntil({ duration: length, until: moment, every: pause }, now) {
    if (pause === undefined) return length === undefined ? timeOf(moment) : now + length;
    return isTruthy((moment ?? null) as Json) ? now : { lookAgainAt: now + pause };
  },
  run: (_given, context) => ({ resumed_at: new Date(context.clock.now()).toISOString() }),
});
