import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { givenJson, text } from "./fields.ts";

const params = { id: "The run's id." };
const step = text(500).optional().meta({ description: "Which step is answered. Needed only when several wait." });
const decision = z.strictObject({ step, comment: text(10_000).optional() });
const kept = z.object({ run: z.object({ id: z.string() }), step: z.string(), by: z.string() });
const problems = ["unknown-run", "run-ended", "not-waiting"] as const;

export const approveStep = defineOperation({
  route: "POST /api/v1/runs/:id/approve",
  id: "approveStep",
  tag: "runs",
  summary: "Approve a step that waits",
  description: "Who approves is the name of the token, else the local user. The step's own action then runs.",
  params,
  body: { schema: decision },
  answers: { 202: { description: "The decision is durable.", schema: kept } },
  problems: [...problems, "not-an-approver"],
});

export const rejectStep = defineOperation({
  ...approveStep,
  route: "POST /api/v1/runs/:id/reject",
  id: "rejectStep",
  summary: "Reject a step that waits",
  description: "Who rejects is the name of the token, else the local user. The step fails with the comment.",
});

export const giveInput = defineOperation({
  route: "POST /api/v1/runs/:id/input",
  id: "giveInput",
  tag: "runs",
  summary: "Give the value that a step asks for",
  params,
  body: { schema: z.strictObject({ step, value: givenJson.optional() }) },
  answers: { 202: { description: "The value is durable.", schema: kept } },
  problems: [...problems, "invalid-value"],
});
