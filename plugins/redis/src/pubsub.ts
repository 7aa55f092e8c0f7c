import { type GeneratorTrigger, trigger } from "@pawl/flows";
import { z } from "zod";
import { addressOf, connect, connectionInput, triggerErrorOf } from "./connection.ts";
import { WaitingMessages } from "./waiting-messages.ts";

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
export const pubsub: GeneratorTrigger<z.infer<typeof input>> = trigger({
  name: "redis.pubsub",
  description: "For each message on a Redis channel, while connected.",
  input,
  async *run({ channel, pattern, max_waiting: limit, ...connection }, { signal, log, describe, dropped }) {
    const client = await connect(connection, (message) => log.warn(message)).catch((error: unknown) => {
      throw triggerErrorOf(error);
    });
    const waiting = new WaitingMessages(limit, dropped);
    let wake = () => {};
    let ended: Error | undefined;
    const take = (message: string, from: string) => {
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
      while (!signal.aborted) {
        const message = waiting.next();
        if (message !== undefined) {
          yield message;
          continue;
        }
        waiting.tell();
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
