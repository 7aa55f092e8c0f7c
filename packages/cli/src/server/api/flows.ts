import { createHash } from "node:crypto";
import {
  type Asked,
  type Flow,
  type HttpAnswer,
  InputError,
  type JsonObject,
  type ParsedFlow,
  type StartedRun,
} from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { refuse } from "../codes.ts";
import type { ApiParts, ApiRoutes } from "./api.ts";
import { getFlow, listFlows, startRun } from "./operations/flows.ts";

const longestKey = 255;

/** Flows, and how runs of them are started. */
export const flowRoutes: ApiRoutes = (route, parts) => {
  route(listFlows, ({ answer }) => answer(200, { flows: listed(parts) }));
  route(getFlow, ({ params: { name }, answer }) => {
    const flow = parts.findFlow(name);
    return flow ? answer(200, { flow: { ...shown(flow), text: flow.text } }) : unknownFlow(name, parts);
  });
  route(startRun, (asked) => start(asked, parts));
};

function listed(parts: ApiParts) {
  const byFile = new Map(parts.files().map((parsed) => [parsed.file, parsed]));
  const flows = parts.flows().map((flow) => ({ ...shown(flow), diagnostics: diagnosticsOf(byFile.get(flow.file)) }));
  const running = new Set(parts.flows().map((flow) => flow.file));
  const broken = parts.files().filter((parsed) => !running.has(parsed.file));
  return [...flows, ...broken.map((parsed) => ({ file: parsed.file, diagnostics: diagnosticsOf(parsed) }))];
}

function diagnosticsOf(parsed: ParsedFlow | undefined): ParsedFlow["diagnostics"] {
  return parsed?.diagnostics ?? [];
}

function shown(flow: Flow) {
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

async function start(asked: Asked<typeof startRun>, parts: ApiParts): Promise<HttpAnswer> {
  const { request, params, body } = asked;
  const flow = parts.findFlow(params.name);
  if (flow === undefined) return unknownFlow(params.name, parts);
  const key = request.headers.get("idempotency-key");
  if (key !== null && (key === "" || key.length > longestKey)) {
    return refuse("invalid-request", `An Idempotency-Key has 1 to ${longestKey} characters.`);
  }
  try {
    // Apart from the keys of triggers, whatever a client chooses.
    const once = key === null ? {} : { idempotencyKey: `http:${digest(key)}` };
    const trigger = {
      traceparent: request.headers.get("traceparent") ?? undefined,
      ...(key === null ? {} : { event: requestOf(body) }),
    };
    return await started(asked, flow, { parts, run: await parts.engine.start(flow, { ...body, trigger, ...once }) });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return refuse("invalid-inputs", error.message, { members: { errors: error.diagnostics } });
  }
}

/** Kept with the run, so that the same key with another body is noticed. */
function requestOf(body: Asked<typeof startRun>["body"]): JsonObject {
  return { request_hash: digest(JSON.stringify(body)) };
}

interface Started {
  readonly parts: ApiParts;
  readonly run: StartedRun;
}

async function started(
  { request, body, answer }: Asked<typeof startRun>,
  flow: Flow,
  { parts, run: { runId, created, dropped } }: Started,
): Promise<HttpAnswer> {
  if (dropped) return runDropped(flow.name);
  if (!created) {
    const first = await parts.engine.store.durability.get(runId);
    if (first?.trigger.event.request_hash !== requestOf(body).request_hash) {
      const key = request.headers.get("idempotency-key");
      return refuse("idempotency-conflict", `The Idempotency-Key "${key}" was used with other inputs.`);
    }
  }
  const run = { id: runId, flow: flow.name };
  return answer(created ? 202 : 200, { run }, { location: `/api/v1/runs/${runId}` });
}

export function runDropped(flow: string): HttpAnswer {
  const detail = `${flow} has its limit of runs, and its overflow policy drops this one.`;
  return refuse("run-dropped", detail, { headers: { "retry-after": "1" } });
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}

function unknownFlow(name: string, parts: ApiParts): HttpAnswer {
  const names = parts.flows().map((flow) => flow.name);
  return refuse("unknown-flow", `There is no flow "${name.slice(0, 100)}".${didYouMean(name, names)}`);
}
