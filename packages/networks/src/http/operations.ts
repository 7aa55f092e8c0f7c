import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { deadReasons } from "../transport/dead-letter.ts";

const anyJson = z.unknown();
const time = z.number().meta({ description: "Milliseconds since 1970." });
const count = z.int();

const pod = z
  .object({
    id: z.string(),
    type: z.enum(["gateway", "initiator", "relay", "distributor", "aggregator", "sink", "terminator"]),
    received: count,
    sent: count,
    tombstonesIn: count,
    tombstonesOut: count,
    retries: count,
    duplicates: count,
    late: count,
    dead: count,
    blocked: count,
    inFlight: count,
    backlog: z.object({ messages: count, bytes: count }),
    openSets: count.optional(),
    oldestSetAt: time.optional(),
  })
  .meta({ id: "Pod" });

const network = z
  .object({
    network: z.string(),
    revision: z.string(),
    state: z.enum(["ready", "draining", "closed"]),
    isReady: z.boolean(),
    reason: z.string().optional().meta({ description: "Why it is not ready." }),
    deadLetters: count,
    pods: z.array(pod),
  })
  .meta({ id: "Network" });

const envelope = z
  .object({
    v: z.literal(1),
    net: z.string(),
    rev: z.string(),
    id: z.string(),
    corr: z.string(),
    cause: z.array(z.string()),
    from: z.string(),
    to: z.string(),
    edge: z.int(),
    kind: z.enum(["msg", "tombstone"]),
    reason: z.string().optional(),
    origin: z.string(),
    ts: time,
    hop: z.int(),
    hdr: z.record(z.string(), z.string()),
    reply: z.string().optional(),
    data: anyJson.optional(),
  })
  .meta({ id: "Envelope", description: "A message as pods pass it on." });

const reasons = Object.keys(deadReasons) as [string, ...string[]];

const deadLetter = z
  .object({
    id: z.int(),
    pod: z.string(),
    reason: z.enum(reasons),
    error: z.string().optional(),
    stack: z.string().optional(),
    attempts: count,
    time,
    envelopes: z.array(envelope),
  })
  .meta({ id: "DeadLetter", description: "What is kept of messages that a pod gave up on." });

const tag = "networks";
const params = { network: "The network's name." };
const letterParams = { ...params, id: "The number of the dead letter." };
const problems = ["unknown-network"] as const;
const letterProblems = ["unknown-network", "unknown-dead-letter"] as const;
const base = "/api/v1/networks/:network/dead-letters";
const limitText = "a whole number from 1 to 1000";

export const listNetworks = defineOperation({
  route: "GET /api/v1/networks",
  id: "listNetworks",
  tag,
  summary: "How each network is",
  answers: { 200: { description: "All networks that run here.", schema: z.object({ networks: z.array(network) }) } },
});

export const getNetwork = defineOperation({
  route: "GET /api/v1/networks/:network",
  id: "getNetwork",
  tag,
  summary: "How a network and its pods are",
  params,
  answers: { 200: { description: "The network.", schema: network } },
  problems,
});

export const listDeadLetters = defineOperation({
  route: `GET ${base}`,
  id: "listDeadLetters",
  tag,
  summary: "Messages that pods gave up on, newest first",
  params,
  query: z.strictObject({
    pod: z.string().max(100, "a text of at most 100 characters").optional().meta({ description: "Only of this pod." }),
    limit: z.coerce.number<string>(limitText).int(limitText).min(1, limitText).max(1_000, limitText).default(100),
    before: z.coerce
      .number<string>("the number of a dead letter")
      .int("the number of a dead letter")
      .optional()
      .meta({ description: "Those before this one; `next_before` of the page before." }),
  }),
  answers: {
    200: {
      description: "A page of dead letters.",
      schema: z.object({
        deadLetters: z.array(deadLetter),
        next_before: z.int().nullable().meta({ description: "Leads to the next page; null on the last." }),
      }),
    },
  },
  problems,
});

export const getDeadLetter = defineOperation({
  route: `GET ${base}/:id`,
  id: "getDeadLetter",
  tag,
  summary: "One dead letter with its messages",
  params: letterParams,
  answers: { 200: { description: "The dead letter.", schema: deadLetter } },
  problems: letterProblems,
});

export const replayDeadLetter = defineOperation({
  route: `POST ${base}/:id/replay`,
  id: "replayDeadLetter",
  tag,
  summary: "Send a dead letter again, under a new correlation id",
  params: letterParams,
  answers: {
    202: {
      description: "It is on its way.",
      schema: z.object({ replayed: z.int(), correlationId: z.string() }),
    },
  },
  problems: [...letterProblems, "not-replayable"],
});

const removed = z.object({ removed: count });

export const purgeDeadLetters = defineOperation({
  route: `DELETE ${base}`,
  id: "purgeDeadLetters",
  tag,
  summary: "Remove all dead letters of a network",
  params,
  answers: { 200: { description: "They are gone.", schema: removed } },
  problems,
});

export const removeDeadLetter = defineOperation({
  route: `DELETE ${base}/:id`,
  id: "removeDeadLetter",
  tag,
  summary: "Remove a dead letter",
  params: letterParams,
  answers: { 200: { description: "It is gone.", schema: removed } },
  problems: letterProblems,
});
