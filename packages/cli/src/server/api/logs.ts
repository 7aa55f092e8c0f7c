import type { Asked, EventLog, LoggedEvent, RouteAnswer } from "@pawl/flows";
import { refuse } from "../codes.ts";
import type { ApiParts, ApiRoutes } from "./api.ts";
import { eventStream } from "./event-stream.ts";
import { readLog, readRunLog } from "./operations/logs.ts";
import { unknownRun } from "./runs.ts";

const pageSize = 500;

/** What happened: as server-sent events that go on, or as one page for who asks for JSON. */
export const logRoutes: ApiRoutes = (route, parts) => {
  route(readRunLog, async (asked) => {
    const { id } = asked.params;
    const run = await parts.engine.store.durability.get(id);
    return run === undefined ? unknownRun(id) : logs(asked, parts, id);
  });
  route(readLog, (asked) => logs(asked, parts, undefined));
};

type AskedLog = Pick<Asked<typeof readLog>, "request" | "query" | "answer">;

async function logs(
  { request, query, answer }: AskedLog,
  parts: ApiParts,
  runId: string | undefined,
): Promise<RouteAnswer> {
  const last = request.headers.get("last-event-id");
  if (last !== null && !/^\d{1,15}$/.test(last))
    return refuse("invalid-request", "Last-Event-ID is the number of an event.");
  const after = last === null ? query.after : Number(last);
  const { events, durability } = parts.engine.store;
  const read = readerOf(events, runId);
  if (request.headers.get("accept")?.includes("application/json")) return answer(200, { events: await read(after) });
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
