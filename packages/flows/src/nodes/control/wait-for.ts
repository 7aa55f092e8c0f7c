import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { type NodeDefinition, NodeError, node } from "../node.ts";

const input = z
  .strictObject({
    duration: z.union([z.number(), z.string()]).optional().describe("`30s`, `1h30m`, or seconds."),
    until: z.union([z.number(), z.string()]).optional().describe("A date and time (ISO 8601), or seconds since 1970."),
  })
  .refine((given) => (given.duration === undefined) !== (given.until === undefined), {
    message: "give either duration or until",
  });

type WaitInput = z.infer<typeof input>;

/** Its output says when the run went on. */
export const waitFor: NodeDefinition<WaitInput> = node({
  name: "wait.for",
  description: "Pauses the run for a time or until a moment; the pause outlives restarts.",
  input,
  waitUntil(given, now) {
    return given.duration === undefined ? moment(given.until!) : now + lengthOf(given.duration);
  },
  run: (_given, context) => ({ resumed_at: new Date(context.clock.now()).toISOString() }),
});

function lengthOf(duration: number | string): number {
  const ms = parseDuration(duration);
  if (ms === undefined) throw invalid(`duration: "${duration}" is not a duration like 30s, 5m or 1h30m.`);
  return ms;
}

function moment(until: number | string): number {
  const ms = typeof until === "number" ? until * 1_000 : Date.parse(until);
  if (!Number.isFinite(ms)) throw invalid(`until: "${until}" is not a date and time like 2030-01-31T09:00:00Z.`);
  return ms;
}

function invalid(message: string): NodeError {
  return new NodeError(message, { code: "invalid-input" });
}
