import type { Asked, RouteAnswer } from "@pawl/flows";
import { parseCursor, writeCursor } from "../../log/cursor.ts";
import type { LogFilter } from "../../log/project-log.ts";
import { refuse } from "../codes.ts";
import type { ApiParts, ApiRoutes } from "./api.ts";
import { eventStream } from "./event-stream.ts";
import { readLog, readRunLog } from "./operations/logs.ts";
import { unknownRun } from "./runs.ts";

/** What happened: as server-sent events that go on, or as one page for who asks for JSON. */
export const logRoutes: ApiRoutes = (route, parts) => {
  route(readRunLog, async (asked) => {
    const { id } = asked.params;
    const run = await parts.engine.store.durability.get(id);
    return run === undefined ? unknownRun(id) : logs(asked, parts, { runId: id });
  });
  route(readLog, (asked) => logs(asked, parts, { network: asked.query.network, pod: asked.query.pod }));
};

type AskedLog = Pick<Asked<typeof readRunLog>, "request" | "query" | "answer">;

async function logs({ request, query, answer }: AskedLog, parts: ApiParts, filter: LogFilter): Promise<RouteAnswer> {
  const last = request.headers.get("last-event-id");
  const after = parseCursor(last ?? query.after);
  if (after === undefined) return refuse("invalid-request", "Last-Event-ID is the id of an event as it came.");
  const { log, engine, closing } = parts;
  const { runId } = filter;
  // A reader that was cut off has the newest already.
  const first = async () => {
    return query.latest === undefined || last !== null ? log.read(filter, after) : log.latest(filter, query.latest);
  };
  if (request.headers.get("accept")?.includes("application/json")) {
    const { events, cursor } = await first();
    return answer(200, { events: [...events], next: writeCursor(cursor) });
  }
  return eventStream({
    log,
    first,
    read: (place) => log.read(filter, place),
    closing,
    isOver: async () => runId !== undefined && (await engine.store.durability.get(runId))?.endedAt !== undefined,
  });
}
