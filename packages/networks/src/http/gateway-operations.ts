import type { Operation, OperationAccess, OperationAnswer } from "@pawl/flows";
import { z } from "zod";
import type { Pod } from "../topology/network.ts";

const anyJson = z.unknown();
const refused = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .meta({ id: "NetworkRefusal", description: "The codes stand in the reference of errors: gateways and sinks." });

const accepted = z
  .object({
    id: z.string(),
    correlationId: z.string(),
    status: z.enum(["accepted", "suppressed", "pending", "duplicate"]),
  })
  .meta({ id: "AcceptedMessage" });

const sent = z.object({ sent: anyJson });

const settled = z
  .looseObject({ id: z.string(), correlationId: z.string(), status: z.literal("completed"), results: anyJson })
  .meta({ id: "SettledMessage" });

const refusals: Readonly<Record<number, string>> = {
  400: "Not JSON, not an object, a wrong parameter, or the hook said no.",
  401: "A valid key is required, or the hook asks for one.",
  404: "There is no such network or pod.",
  405: "Another method is meant.",
  408: "The body did not come in time.",
  409: "The Idempotency-Key was used with another body.",
  413: "The body is larger than the gateway takes.",
  415: "The body is not announced as JSON.",
  422: "The hook can do nothing with the message.",
  429: "Too many requests, or too many messages waiting.",
  500: "The hook of the gateway failed.",
  503: "The network starts or stops, or nothing can be made durable.",
};

function refusing(...statuses: readonly number[]): Record<number, OperationAnswer> {
  return Object.fromEntries(statuses.map((status) => [status, { description: refusals[status]!, schema: refused }]));
}

const tag = "networks";
const params = { network: "The network's name.", pod: "The pod's id.", id: "A correlation id." };
const name = (path: string) => path.replaceAll(/\W+/g, "_").replaceAll(/^_|_$/g, "");

/** A gateway: one with a key of its own, one of the server's, or any (the template). */
export function triggerOperation(path: string, pod?: Pod): Operation {
  return {
    route: `POST ${path}`,
    id: `trigger_${name(path)}`,
    tag,
    summary: "Send a message into a network",
    description: "Answered once the first message is durable. A body is a JSON object; none is `{}`.",
    params,
    query: z.object({
      wait: z.string().optional().meta({ description: "Wait for the results so long: `5s`. Also `Prefer: wait=5`." }),
    }),
    headers: {
      "idempotency-key": "The same key and body again give the first answer.",
      prefer: "`wait=5`: wait so many seconds for the results.",
    },
    body: { schema: z.record(z.string(), anyJson) },
    answers: {
      ...refusing(400, 401, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503),
      202: {
        description: "Accepted, suppressed by the hook, or still on its way when the wait was over.",
        schema: accepted,
      },
      200: { description: "Every sink has settled within the wait.", schema: settled },
    },
    access: accessOf(pod),
  };
}

function accessOf(pod: Pod | undefined): OperationAccess {
  const auth = pod?.origin?.auth;
  if (auth === undefined) return "token";
  return { scheme: `gateway-${pod!.id}`, header: auth.header, description: "The key of this gateway." };
}

export function outputOperation(path: string): Operation {
  return {
    route: `GET ${path}`,
    id: `output_${name(path)}`,
    tag,
    summary: "What has come to a sink",
    params,
    query: z.object({
      limit: z.coerce
        .number<string>()
        .int()
        .min(1)
        .optional()
        .meta({ description: "How many at most. Default: 1000." }),
      after: z.coerce.number<string>().int().min(0).optional().meta({ description: "`next` of the page before." }),
    }),
    answers: {
      ...refusing(400, 404, 405),
      200: {
        description: "The newest, or those after a number.",
        schema: z.object({ count: z.int(), results: z.array(anyJson), next: z.int() }),
      },
    },
  };
}

export function runOperation(path: string): Operation {
  return {
    route: `GET ${path}`,
    id: `run_${name(path)}`,
    tag,
    summary: "What has become of a message",
    params,
    answers: {
      ...refusing(404),
      200: {
        description: "As far as the sinks still keep it.",
        schema: z.object({
          id: z.string(),
          correlationId: z.string(),
          status: z.enum(["pending", "completed"]),
          pending: z.int(),
          results: z.record(z.string(), anyJson),
        }),
      },
    },
  };
}

/** For the steps of flows in other processes of this machine. */
export function stepOperation(path: string, header: string): Operation {
  return {
    route: `POST ${path}`,
    id: "sendFromStep",
    tag,
    summary: "How `network.send` of another process sends",
    description: "For Pawl itself. Only who can read the messages of the network knows its key.",
    params,
    body: { schema: z.record(z.string(), anyJson), isRequired: true },
    answers: { ...refusing(400, 401, 404, 408, 413, 415, 429, 503), 200: { description: "It is sent.", schema: sent } },
    access: { scheme: "network-key", header, description: "The key beside the messages of the network." },
  };
}
