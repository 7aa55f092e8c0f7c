import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { failure, time } from "./fields.ts";

const trigger = z
  .object({
    flow: z.string(),
    id: z.string(),
    uses: z.string(),
    health: z.enum(["starting", "running", "backing-off", "failed", "waiting-for-lease", "stopped"]),
    overflow: z
      .enum(["queue", "drop", "replace"])
      .meta({ description: "What becomes of an event when the flow has its limit of runs." }),
    description: z.string().nullable(),
    nextFiringAt: time.nullable(),
    lastFiredAt: time.nullable(),
    lastRunId: z.string().nullable(),
    lastError: failure.extend({ at: time }).nullable(),
    lastDropped: failure.extend({ at: time }).nullable().meta({ description: "Why the last event got no run." }),
    retryAt: time.nullable(),
    counts: z.object({ fired: z.int(), duplicate: z.int(), dropped: z.int(), restarts: z.int() }),
  })
  .meta({ id: "Trigger" });

export const listTriggers = defineOperation({
  route: "GET /api/v1/triggers",
  id: "listTriggers",
  tag: "triggers",
  summary: "How each trigger is",
  description: "Counts are those of this server since it started.",
  answers: { 200: { description: "In the order of the flows.", schema: z.object({ triggers: z.array(trigger) }) } },
});
