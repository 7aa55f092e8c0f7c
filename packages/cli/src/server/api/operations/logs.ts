import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { cursorPattern } from "../../../log/cursor.ts";
import { anyJson, time, wholeNumber } from "./fields.ts";

const event = z
  .object({
    id: z.string().meta({ description: "The same whoever reads it: `f12` of flows, `n40` of networks." }),
    cursor: z.string().meta({ description: "The id of a server-sent event: who has it goes on after it." }),
    time,
    type: z.string().meta({ description: "See the reference of events." }),
    runId: z.string().optional(),
    recordId: z.string().optional(),
    flow: z.string().optional(),
    network: z.string().optional(),
    pod: z.string().optional(),
    message: z.string().optional().meta({ description: "A correlation id." }),
    data: anyJson.optional(),
  })
  .meta({ id: "Event" });

const query = z.strictObject({
  after: z
    .string()
    .regex(cursorPattern, "is the cursor of an event, such as f12.n40")
    .default("0")
    .meta({ description: "Events after this one, by its `cursor`." }),
  latest: wholeNumber(0, 500, 0).unwrap().optional().meta({ description: "Begin with so many of the newest instead." }),
});
const ofAll = query.extend({
  network: z.string().max(200).optional().meta({ description: "Only what happens in this network." }),
  pod: z.string().max(200).optional().meta({ description: "Only what happens at this pod." }),
});
const headers = {
  "last-event-id": "The cursor of the last event that was seen; wins over `after`. Browsers send it by themselves.",
  accept: "`application/json`: one page of at most 500 events. Otherwise server-sent events.",
};
const page = z.object({ events: z.array(event), next: z.string().meta({ description: "`after` of the next page." }) });
const streamed =
  "Server-sent events, or one page of them. Each has its cursor as `id`, its type as `event`, itself as `data`.";

export const readLog = defineOperation({
  route: "GET /api/v1/logs",
  id: "readLog",
  tag: "logs",
  summary: "What happens, in all flows and networks",
  query: ofAll,
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
