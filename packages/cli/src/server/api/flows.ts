import { createHash } from "node:crypto";
import { type Flow, InputError, json, type ParsedFlow, type StartedRun } from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { refuse } from "../codes.ts";
import type { ApiHandler, ApiParts } from "./api.ts";
import { isMap, readFields } from "./read-request.ts";

/** Flows, and how runs of them are started. */
export const flowRoutes: Readonly<Record<string, ApiHandler>> = {
  "GET /flows": (_request, _params, parts) => json(200, { flows: listed(parts) }),
  "GET /flows/:name": (_request, { name = "" }, parts) => {
    const flow = parts.findFlow(name);
    return flow ? json(200, { flow: { ...shown(flow), text: flow.text } }) : unknownFlow(name, parts);
  },
  "POST /flows/:name/runs": startRun,
};

function listed(parts: ApiParts): object[] {
  const byFile = new Map(parts.files().map((parsed) => [parsed.file, parsed]));
  const flows = parts.flows().map((flow) => ({ ...shown(flow), diagnostics: diagnosticsOf(byFile.get(flow.file)) }));
  const running = new Set(parts.flows().map((flow) => flow.file));
  const broken = parts.files().filter((parsed) => !running.has(parsed.file));
  return [...flows, ...broken.map((parsed) => ({ file: parsed.file, diagnostics: diagnosticsOf(parsed) }))];
}

function diagnosticsOf(parsed: ParsedFlow | undefined): ParsedFlow["diagnostics"] {
  return parsed?.diagnostics ?? [];
}

function shown(flow: Flow): object {
  return {
    name: flow.name,
    description: flow.description ?? null,
    file: flow.file ?? null,
    hash: flow.hash,
    inputs: flow.inputs,
    triggers: flow.triggers.map(({ id, uses }) => ({ id, uses })),
    steps: flow.steps.map(({ id, kind }) => ({ id, kind })),
  };
}

async function startRun(
  request: Request,
  { name = "" }: Readonly<Record<string, string>>,
  parts: ApiParts,
): Promise<Response> {
  const flow = parts.findFlow(name);
  if (flow === undefined) return unknownFlow(name, parts);
  const fields = await readFields(request);
  if (fields instanceof Response) return fields;
  const { inputs = {}, vars = {} } = fields;
  if (!isMap(inputs) || !isMap(vars)) {
    return refuse(400, "invalid-request", "inputs and vars are maps, when they are given.");
  }
  const key = request.headers.get("idempotency-key");
  try {
    // Apart from the keys of triggers, whatever a client chooses.
    const idempotencyKey = key === null ? {} : { idempotencyKey: `http:${digest(key)}` };
    const trigger = { traceparent: request.headers.get("traceparent") ?? undefined };
    return started(flow, await parts.engine.start(flow, { inputs, vars, trigger, ...idempotencyKey }));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const members = { errors: error.diagnostics };
    return refuse(422, "invalid-inputs", error.message, { members });
  }
}

function started(flow: Flow, { runId, created, dropped }: StartedRun): Response {
  if (dropped) {
    const detail = `${flow.name} has its limit of runs, and its overflow policy drops this one.`;
    return refuse(429, "run-dropped", detail, { headers: { "retry-after": "1" } });
  }
  const location = `/api/v1/runs/${runId}`;
  return json(created ? 202 : 200, { run: { id: runId, flow: flow.name } }, { location });
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}

function unknownFlow(name: string, parts: ApiParts): Response {
  const names = parts.flows().map((flow) => flow.name);
  return refuse(404, "unknown-flow", `There is no flow "${name.slice(0, 100)}".${didYouMean(name, names)}`);
}
