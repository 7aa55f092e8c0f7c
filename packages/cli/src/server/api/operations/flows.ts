import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { anyJson, diagnostic, givenJson } from "./fields.ts";

const flowInput = z
  .object({
    type: z.enum(["string", "number", "integer", "boolean", "list", "map"]),
    description: z.string().optional(),
    default: anyJson.optional(),
    required: z.boolean(),
    choices: z.array(anyJson).optional(),
    secret: z.boolean(),
  })
  .meta({ id: "FlowInput" });

const flow = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    file: z.string().nullable().meta({ description: "From the project folder." }),
    hash: z.string().meta({ description: "Differs when the definition does." }),
    inputs: z.record(z.string(), flowInput),
    triggers: z.array(z.object({ id: z.string(), uses: z.string() })),
    steps: z.array(z.object({ id: z.string(), kind: z.enum(["node", "group", "parallel", "flow"]) })),
  })
  .meta({ id: "Flow" });

const flowWithFindings = flow.extend({ diagnostics: z.array(diagnostic) }).meta({ id: "FlowWithDiagnostics" });

const brokenFlow = z
  .object({ file: z.string().optional(), diagnostics: z.array(diagnostic) })
  .meta({ id: "BrokenFlowFile", description: "A file that has no flow, and why." });

export const listFlows = defineOperation({
  route: "GET /api/v1/flows",
  id: "listFlows",
  tag: "flows",
  summary: "All flows, and files that are broken",
  answers: {
    200: {
      description: "Flows that can be started, then broken files.",
      schema: z.object({ flows: z.array(z.union([flowWithFindings, brokenFlow])) }),
    },
  },
});

export const getFlow = defineOperation({
  route: "GET /api/v1/flows/:name",
  id: "getFlow",
  tag: "flows",
  summary: "One flow and its text",
  params: { name: "The flow's name." },
  answers: {
    200: {
      description: "The flow.",
      schema: z.object({ flow: flow.extend({ text: z.string() }).meta({ id: "FlowWithText" }) }),
    },
  },
  problems: ["unknown-flow"],
});

const values = z.record(z.string(), givenJson, "a map");
const started = z.object({ run: z.object({ id: z.string(), flow: z.string() }) }).meta({ id: "StartedRun" });

export const startRun = defineOperation({
  route: "POST /api/v1/flows/:name/runs",
  id: "startRun",
  tag: "flows",
  summary: "Start a run",
  description:
    "Answered once the run is durable. The same `Idempotency-Key` again starts nothing: it is answered 200 with the run " +
    "of the first request, for as long as that run is kept; with other inputs it is refused.",
  params: { name: "The flow's name." },
  headers: { "idempotency-key": "Names this start; the same key again is the same run. At most 255 characters." },
  body: { schema: z.strictObject({ inputs: values.default({}), vars: values.default({}) }) },
  answers: {
    202: { description: "The run is queued.", schema: started, headers: { location: "The run." } },
    200: { description: "The run that the key started before.", schema: started, headers: { location: "The run." } },
  },
  problems: ["unknown-flow", "invalid-inputs", "idempotency-conflict", "run-dropped"],
});
