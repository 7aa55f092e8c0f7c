import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { anyJson, failure, text, time, wholeNumber } from "./fields.ts";

const statuses = ["queued", "running", "waiting", "completed", "failed", "cancelled"] as const;
const status = z.enum(statuses, `one of ${statuses.join(", ")}`).meta({ id: "RunStatus" });

const step = z
  .object({
    id: z.string().meta({ description: "The record: `build`, `build#2`, `each[3]`, `group.child`." }),
    step: z.string().meta({ description: "The id in the file." }),
    status: z.enum(["pending", "running", "completed", "failed", "skipped", "waiting", "cancelled"]),
    output: anyJson.optional(),
    error: failure.optional(),
    attempts: z.int(),
    reason: z.string().optional().meta({ description: "Why it was skipped, or which hook answered it." }),
    durationMs: z.number().nullable(),
  })
  .meta({ id: "Step" });

const run = z
  .object({
    id: z.string().meta({ description: "26 characters that sort by time." }),
    flow: z.string(),
    traceId: z.string().meta({ description: "The W3C trace it belongs to." }),
    status,
    error: failure.optional(),
    inputs: anyJson,
    vars: anyJson.optional(),
    outputs: anyJson.optional(),
    replay: z.object({ of: z.string(), from: z.string() }).optional(),
    durationMs: z.number().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    starts: z.int().meta({ description: "More than 1: it was resumed." }),
    trigger: z.object({ type: z.string(), id: z.string().nullable(), eventId: z.string().nullable() }),
  })
  .meta({ id: "Run" });

const answered = z
  .object({
    step: z.string().meta({ description: "The record of the step that asked." }),
    kind: z.enum(["approval", "input"]),
    decision: z.enum(["approve", "reject"]).optional(),
    by: z.string().meta({ description: "Who answered." }),
    comment: z.string().optional(),
    at: time,
  })
  .meta({ id: "Answered" });

const id = { id: "The run's id." };

/** `a,b` and `status=a&status=b` are both a list. */
const statusList = z.preprocess(
  (given) => [given].flat().flatMap((value) => (typeof value === "string" ? value.split(",") : [value])),
  z.array(status),
);

export const listRuns = defineOperation({
  route: "GET /api/v1/runs",
  id: "listRuns",
  tag: "runs",
  summary: "Runs, newest first",
  query: z.strictObject({
    flow: text(200).optional().meta({ description: "Only runs of this flow." }),
    status: statusList.optional().meta({ description: "Only these, separated by commas." }),
    limit: wholeNumber(1, 500, 50).meta({ description: "How many at most." }),
    cursor: text(100).optional().meta({ description: "`next_cursor` of the page before." }),
  }),
  answers: {
    200: {
      description: "A page of runs.",
      schema: z.object({
        runs: z.array(run),
        next_cursor: z.string().nullable().meta({ description: "Leads to the next page; null on the last." }),
      }),
    },
  },
});

export const getRun = defineOperation({
  route: "GET /api/v1/runs/:id",
  id: "getRun",
  tag: "runs",
  summary: "A run, its steps, and what people answered",
  params: id,
  answers: {
    200: { description: "The run.", schema: z.object({ run, steps: z.array(step), answers: z.array(answered) }) },
  },
  problems: ["unknown-run"],
});

export const listSteps = defineOperation({
  route: "GET /api/v1/runs/:id/steps",
  id: "listSteps",
  tag: "runs",
  summary: "The steps of a run",
  params: id,
  answers: { 200: { description: "In the order in which they began.", schema: z.object({ steps: z.array(step) }) } },
  problems: ["unknown-run"],
});

const cancelled = z.object({
  run: z.object({ id: z.string() }),
  result: z.enum(["cancelled", "asked"]),
});

export const cancelRun = defineOperation({
  route: "POST /api/v1/runs/:id/cancel",
  id: "cancelRun",
  tag: "runs",
  summary: "Cancel a run in any state",
  params: id,
  body: { schema: z.strictObject({ reason: text(1_000).optional() }) },
  answers: {
    200: { description: "It is cancelled.", schema: cancelled },
    202: { description: "Its process has been asked to end it.", schema: cancelled },
  },
  problems: ["unknown-run", "run-ended"],
});

export const replayRun = defineOperation({
  route: "POST /api/v1/runs/:id/replay",
  id: "replayRun",
  tag: "runs",
  summary: "Repeat an ended run from a step on",
  description:
    "A new run of the definition, inputs, vars and trigger that the run keeps. What it recorded before the step is reused.",
  params: id,
  body: { schema: z.strictObject({ from: text(500).meta({ description: "The first step that is executed again." }) }) },
  answers: {
    202: {
      description: "The new run is queued.",
      schema: z.object({ run: z.object({ id: z.string(), flow: z.string() }) }),
      headers: { location: "The new run." },
    },
  },
  problems: ["unknown-run", "unknown-step", "run-not-ended", "run-dropped"],
});
