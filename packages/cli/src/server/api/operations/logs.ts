import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { anyJson, time, wholeNumber } from "./fields.ts";

const event = z
  .object({
    seq: z.int().meta({ description: "Rises; the id of a server-sent event." }),
    time,
    type: z.string().meta({ description: "See the reference of events." }),
    runId: z.string().optional(),
    recordId: z.string().optional(),
    flow: z.string().optional(),
    data: anyJson.optional(),
  })
  .meta({ id: "Event" });

const query = z.strictObject({
  after: wholeNumber(0, 1e15, 0).meta({ description: "Events after this number." }),
});
const headers = {
  "last-event-id": "The number of the last event that was seen; wins over `after`. Browsers send it by themselves.",
  accept: "`application/json`: one page of at most 500 events. Otherwise server-sent events.",
};
const page = z.object({ events: z.array(event) });
const streamed =
  "Server-sent events, or one page of them. Each has its number as `id`, its type as `event`, itself as `data`.";

export const readLog = defineOperation({
  route: "GET /api/v1/logs",
  id: "readLog",
  tag: "logs",
  summary: "What happens, in all flows",
  query,
  headers,
  answers: { 200: { description: streamed, schema: page, types: ["text/event-stream"] } },
});

export const readRunLog = defineOperation({
  route: "GET /api/v1/runs/:id/logs",
  id: "readRunLog",
  tag: "logs",
  summary: "What happens in a run",
  description: "The stream ends with an `end` event once the run has ended.",
  params: { id: "The run's id." },
  query,
  headers,
  answers: readLog.answers,
  problems: ["unknown-run"],
});
