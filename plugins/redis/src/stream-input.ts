import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { connectionInput } from "./connection.ts";

const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: "custom", message: `"${value}" is not a duration like 30s, 5m or 1h30m` });
  return z.NEVER;
});

const given = z.strictObject({
  ...connectionInput,
  stream: z.string().min(1),
  group: z.string().min(1).default("pawl").describe("The consumer group; made when it is missing."),
  consumer: z.string().min(1).optional().describe("Default: the flow's name and the trigger's id."),
  from: z
    .string()
    .regex(/^(0|\$|\d+-\d+)$/, "expected 0 (all there is), $ (new ones) or the id of an entry")
    .default("0")
    .describe("Where a group that is made begins."),
  batch: z.number().int().min(1).max(1_000).default(100).describe("Entries read at once."),
  claim_after: duration
    .optional()
    .describe("Entries that another consumer has held for so long are taken over. Default: 1m."),
  json: z.string().min(1).optional().describe("A field that holds JSON: its value is the payload."),
});

/** What `redis.stream` is told. */
export interface StreamInput extends Omit<z.infer<typeof given>, "claim_after" | "from"> {
  readonly from: string;
  readonly claimAfterMs: number;
}

export const streamInput: z.ZodType<StreamInput> = given.transform(({ claim_after, ...rest }) => ({
  ...rest,
  claimAfterMs: claim_after ?? 60_000,
}));
