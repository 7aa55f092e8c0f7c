import { type EventLog, json, type LoggedEvent } from "@pawl/flows";
import { refuse } from "../codes.ts";
import type { ApiHandler, ApiParts } from "./api.ts";
import { eventStream } from "./event-stream.ts";
import { queryOf, readNumber } from "./read-request.ts";
import { unknownRun } from "./runs.ts";

const pageSize = 500;

/** What happened: as server-sent events that go on, or as one page for who asks for JSON. */
export const logRoutes: Readonly<Record<string, ApiHandler>> = {
  "GET /runs/:id/logs": async (request, { id = "" }, parts) => {
    const run = await parts.engine.store.durability.get(id);
    return run === undefined ? unknownRun(id) : logs(request, parts, id);
  },
  "GET /logs": (request, _params, parts) => logs(request, parts, undefined),
};

async function logs(request: Request, parts: ApiParts, runId: string | undefined): Promise<Response> {
  const after = startOf(request);
  if (after instanceof Response) return after;
  const { events, durability } = parts.engine.store;
  const read = readerOf(events, runId);
  if (request.headers.get("accept")?.includes("application/json")) return json(200, { events: await read(after) });
  return eventStream({
    events,
    after,
    read,
    closing: parts.closing,
    isOver: async () => runId !== undefined && (await durability.get(runId))?.endedAt !== undefined,
  });
}

function readerOf(events: EventLog, runId: string | undefined): (after: number) => Promise<readonly LoggedEvent[]> {
  const filter = runId === undefined ? {} : { runId };
  return (after) => events.read({ ...filter, after, limit: pageSize });
}

/** `Last-Event-ID` of a reader that comes back, else `after` of the query. */
function startOf(request: Request): number | Response {
  const last = request.headers.get("last-event-id");
  if (last === null) return readNumber(queryOf(request), "after", { min: 0, max: 1e15, otherwise: 0 });
  return /^\d{1,15}$/.test(last)
    ? Number(last)
    : refuse(400, "invalid-request", "Last-Event-ID is the number of an event.");
}
