import {
  type Asked,
  answersTo,
  type HttpAnswer,
  ReplayError,
  RunNotFoundError,
  type RunRecord,
  toRunReport,
} from "@pawl/flows";
import { refuse } from "../codes.ts";
import type { ApiParts, ApiRoutes } from "./api.ts";
import { runDropped } from "./flows.ts";
import { cancelRun, getRun, listRuns, listSteps, replayRun } from "./operations/runs.ts";

export const runRoutes: ApiRoutes = (route, parts) => {
  route(listRuns, (asked) => list(asked, parts));
  route(getRun, async ({ params: { id }, answer }) => {
    const { store } = parts.engine;
    const run = await store.durability.get(id);
    if (run === undefined) return unknownRun(id);
    const [steps, answers] = await Promise.all([store.durability.steps(id), answersTo(store, id)]);
    return answer(200, { run: shown(run), steps: stepsOf(run, steps), answers: [...answers] });
  });
  route(listSteps, async ({ params: { id }, answer }) => {
    const { durability } = parts.engine.store;
    const run = await durability.get(id);
    return run === undefined ? unknownRun(id) : answer(200, { steps: stepsOf(run, await durability.steps(id)) });
  });
  route(cancelRun, (asked) => cancel(asked, parts));
  route(replayRun, (asked) => replay(asked, parts));
};

async function list({ query, answer }: Asked<typeof listRuns>, parts: ApiParts): Promise<HttpAnswer> {
  const { flow, status, limit, cursor: before } = query;
  const found = await parts.engine.store.durability.list({
    limit: limit + 1,
    ...(flow === undefined ? {} : { flow }),
    ...(status === undefined ? {} : { status }),
    ...(before === undefined ? {} : { before }),
  });
  const page = found.slice(0, limit);
  return answer(200, { runs: page.map(shown), next_cursor: found.length > limit ? page.at(-1)!.id : null });
}

type Steps = Parameters<typeof toRunReport>[1];

function stepsOf(run: RunRecord, steps: Steps): ReturnType<typeof toRunReport>["steps"] {
  return toRunReport(run, steps).steps;
}

/** The report of a run, with what a list of many needs beside it. */
function shown(run: RunRecord) {
  const { createdAt, startedAt, endedAt, starts } = run;
  const { type, id, eventId } = run.trigger;
  return {
    ...toRunReport(run, []).run,
    createdAt,
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
    starts,
    trigger: { type, id: id ?? null, eventId: eventId ?? null },
  };
}

async function cancel({ params: { id }, body, answer }: Asked<typeof cancelRun>, parts: ApiParts): Promise<HttpAnswer> {
  const result = await parts.engine.store.durability.cancel(id, body.reason ?? "Cancelled through the API.");
  if (result === "unknown") return unknownRun(id);
  if (result === "ended") return refuse("run-ended", `The run ${id} has ended already.`);
  return answer(result === "cancelled" ? 200 : 202, { run: { id }, result });
}

async function replay({ params: { id }, body, answer }: Asked<typeof replayRun>, parts: ApiParts): Promise<HttpAnswer> {
  try {
    const { runId, flow, dropped } = await parts.engine.queueReplay(id, body.from);
    if (dropped) return runDropped(flow);
    return answer(202, { run: { id: runId, flow } }, { location: `/api/v1/runs/${runId}` });
  } catch (error) {
    if (error instanceof RunNotFoundError) return unknownRun(id);
    if (error instanceof ReplayError) return refuse(error.code, error.message);
    throw error;
  }
}

export function unknownRun(id: string): HttpAnswer {
  return refuse("unknown-run", `There is no run ${id.slice(0, 100)}.`);
}
