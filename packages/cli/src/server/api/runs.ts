import { answersTo, json, type RunRecord, type RunStatus, toRunReport } from "@pawl/flows";
import { refuse } from "../codes.ts";
import type { ApiHandler, ApiParts } from "./api.ts";
import { queryOf, readFields, readNumber } from "./read-request.ts";

const statuses: readonly RunStatus[] = ["queued", "running", "waiting", "completed", "failed", "cancelled"];
const maxPage = 500;
const defaultPage = 50;

export const runRoutes: Readonly<Record<string, ApiHandler>> = {
  "GET /runs": listRuns,
  "GET /runs/:id": async (_request, { id = "" }, parts) => {
    const run = await parts.engine.store.durability.get(id);
    if (run === undefined) return unknownRun(id);
    const steps = await parts.engine.store.durability.steps(id);
    const report = toRunReport(run, steps);
    const answers = await answersTo(parts.engine.store, id);
    return json(200, { run: { ...report.run, ...context(run) }, steps: report.steps, answers });
  },
  "GET /runs/:id/steps": async (_request, { id = "" }, parts) => {
    const run = await parts.engine.store.durability.get(id);
    if (run === undefined) return unknownRun(id);
    return json(200, { steps: toRunReport(run, await parts.engine.store.durability.steps(id)).steps });
  },
  "POST /runs/:id/cancel": cancelRun,
};

async function listRuns(request: Request, _params: unknown, parts: ApiParts): Promise<Response> {
  const query = queryOf(request);
  const limit = readNumber(query, "limit", { min: 1, max: maxPage, otherwise: defaultPage });
  if (limit instanceof Response) return limit;
  const status = query.getAll("status").flatMap((text) => text.split(",")) as RunStatus[];
  const wrong = status.find((each) => !statuses.includes(each));
  if (wrong !== undefined) {
    return refuse(400, "invalid-request", `status is one of ${statuses.join(", ")}; "${wrong.slice(0, 50)}" came.`);
  }
  const flow = query.get("flow");
  const cursor = query.get("cursor");
  const found = await parts.engine.store.durability.list({
    limit: limit + 1,
    ...(flow === null ? {} : { flow }),
    ...(status.length === 0 ? {} : { status }),
    ...(cursor === null ? {} : { before: cursor }),
  });
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)!.id : null;
  const runs = page.map((run) => ({ ...toRunReport(run, []).run, ...context(run) }));
  return json(200, { runs, next_cursor: next });
}

/** What the report of a run leaves out, and a list of many needs. */
function context({ createdAt, startedAt, endedAt, trigger, starts }: RunRecord): object {
  const { type, id, eventId } = trigger;
  return {
    createdAt,
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
    starts,
    trigger: { type, id: id ?? null, eventId: eventId ?? null },
  };
}

async function cancelRun(
  request: Request,
  { id = "" }: Readonly<Record<string, string>>,
  parts: ApiParts,
): Promise<Response> {
  const fields = await readFields(request);
  if (fields instanceof Response) return fields;
  const reason = typeof fields.reason === "string" ? fields.reason.slice(0, 1_000) : "Cancelled through the API.";
  const result = await parts.engine.store.durability.cancel(id, reason);
  if (result === "unknown") return unknownRun(id);
  if (result === "ended") return refuse(409, "run-ended", `The run ${id} has ended already.`);
  return json(result === "cancelled" ? 200 : 202, { run: { id }, result });
}

export function unknownRun(id: string): Response {
  return refuse(404, "unknown-run", `There is no run ${id.slice(0, 100)}.`);
}
