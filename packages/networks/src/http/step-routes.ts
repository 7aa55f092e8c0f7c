import { timingSafeEqual } from "node:crypto";
import type { HttpAnswer, HttpRequest, RouteContext } from "@pawl/flows";
import { maxMessageBytes } from "../delivery/judge.ts";
import { json, Refusal, retryLater } from "../gateway/answer.ts";
import { readBody } from "../gateway/read-body.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import { Deadlines } from "../schedule/deadlines.ts";
import { sendHere } from "../sending/send-here.ts";
import { keyHeader, stepSendPath } from "../sending/send-there.ts";
import { SendError, type Sending } from "../sending/sending.ts";
import type { Route } from "./route.ts";

const bodyTimeoutMs = 10_000;
const room = 4_096;

/** How steps of flows that run in other processes of this machine send into the networks of this one. */
export function stepRoutes(route: Route, runOf: (context: RouteContext) => RunningNetwork): void {
  const handle = async (request: HttpRequest, context: RouteContext): Promise<HttpAnswer> => {
    const run = runOf(context);
    checkKey(request, run.line.key);
    const { payload } = await readBody(request, {
      maxBytes: maxMessageBytes + room,
      deadlines: new Deadlines(run.clock, bodyTimeoutMs),
    });
    const sending = { ...payload, network: run.network.name, pod: context.params.pod! } as unknown as Sending;
    try {
      return json(200, { sent: await sendHere(run, sending, request.signal) });
    } catch (error) {
      throw error instanceof SendError ? refusalOf(error) : error;
    }
  };
  const operation = async () => (await import("./gateway-operations.ts")).stepOperation(stepSendPath, keyHeader);
  route("POST", stepSendPath, handle, { authenticates: true, operation });
}

function checkKey(request: HttpRequest, key: string | undefined): void {
  const given = Buffer.from(request.headers.get(keyHeader) ?? "");
  const wanted = Buffer.from(key ?? "");
  if (wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new Refusal(401, "unauthorized", "Only who can read the messages of this network may send like this.");
}

function refusalOf({ code, message }: SendError): Refusal {
  if (code === "unknown-pod" || code === "unknown-network") return new Refusal(404, "not_found", message);
  return code === "network-busy"
    ? new Refusal(429, "busy", message, retryLater)
    : new Refusal(503, "unavailable", message, retryLater);
}
