import { type EmitterTrigger, emitAll, trigger } from "@pawl/flows";
import { z } from "zod";
import { addressOf, connect, connectionInput, triggerErrorOf } from "./connection.ts";
import { WaitingMessages } from "./waiting-messages.ts";

/** Messages that are queued in one commit. */
const batchSize = 500;

const input = z
  .strictObject({
    ...connectionInput,
    channel: z.string().min(1).optional(),
    pattern: z.string().min(1).optional().describe("Channels by pattern: `orders.*`."),
    max_waiting: z.number().int().min(1).default(10_000).describe("Messages kept while their runs are queued."),
  })
  .refine(({ channel, pattern }) => (channel === undefined) !== (pattern === undefined), {
    message: "give either channel or pattern",
  });

/**
 * Each message that arrives is one run. Redis keeps no message: what is published while nobody listens, or while the
 * connection is being made again, is lost. Where that matters, use `redis.stream`.
 */
export const pubsub: EmitterTrigger<z.infer<typeof input>> = trigger({
  name: "redis.pubsub",
  description: "For each message on a Redis channel, while connected.",
  input,
  async listen({ channel, pattern, max_waiting: limit, ...connection }, context, emit) {
    const { signal, log, describe, dropped } = context;
    const client = await connect(connection, (message) => log.warn(message)).catch((error: unknown) => {
      throw triggerErrorOf(error);
    });
    const waiting = new WaitingMessages(limit, dropped);
    let wake = () => {};
    let ended: Error | undefined;
    const take = (message: string, from: string) => {
      if (signal.aborted) return;
      waiting.add({ channel: from, data: message });
      wake();
    };
    const onAbort = () => wake();
    signal.addEventListener("abort", onAbort, { once: true });
    client.on("terminated", (error?: Error) => {
      ended = error ?? new Error(`The connection to Redis at ${addressOf(connection)} has ended.`);
      wake();
    });
    try {
      if (channel !== undefined) await client.subscribe(channel, take);
      else await client.pSubscribe(pattern!, take);
      describe(`${channel ?? pattern} on ${addressOf(connection)}`);
      for (;;) {
        const messages = waiting.take(batchSize);
        if (messages.length > 0) {
          const accepted = await emitAll(messages, emit, context);
          const lost = accepted.filter((each) => each === undefined).length;
          if (lost > 0) dropped(lost, "The trigger was stopped while their runs could not be queued.");
          continue;
        }
        waiting.tell();
        if (signal.aborted) return;
        if (ended) throw ended;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      waiting.tell();
      signal.removeEventListener("abort", onAbort);
      if (client.isOpen) client.destroy();
    }
  },
});
