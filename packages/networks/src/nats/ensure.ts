import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream";
import type { JetStreamManager } from "./client.ts";
import type { ConsumerPlan, Plan, StreamPlan } from "./plan.ts";

/** What the server has is not what the network needs, and cannot be made so. */
export class StreamError extends Error {
  readonly code = "stream-unusable";
}

const streamMissing = 10_059;
const consumerMissing = 10_014;

/** Makes what is not there, and changes what has other limits. Once more changes nothing. */
export async function ensure(manager: JetStreamManager, plan: Plan): Promise<void> {
  await Promise.all(plan.streams.map((stream) => ensureStream(manager, stream)));
  const [tokens] = plan.streams;
  await Promise.all(plan.consumers.map((consumer) => ensureConsumer(manager, tokens!.name, consumer)));
}

/** @throws StreamError when the stream of the tokens is not there */
export async function expectStream(manager: JetStreamManager, { streams: [tokens] }: Plan): Promise<void> {
  const found = await orMissing(manager.streams.info(tokens!.name), streamMissing);
  if (found !== undefined) return;
  const message = `There is no stream ${tokens!.name}: the network has not run on this server, or for another tenant.`;
  throw new StreamError(message);
}

async function ensureStream(manager: JetStreamManager, wanted: StreamPlan): Promise<void> {
  const found = await orMissing(manager.streams.info(wanted.name), streamMissing);
  try {
    if (found === undefined) await manager.streams.add(wanted as StreamConfig & { name: string });
    else if (differs(found.config, wanted)) await manager.streams.update(wanted.name, wanted);
  } catch (error) {
    throw new StreamError(`The stream ${wanted.name} cannot be set up: ${(error as Error).message}.`, { cause: error });
  }
}

export async function ensureConsumer(manager: JetStreamManager, stream: string, wanted: ConsumerPlan): Promise<void> {
  const found = await orMissing(manager.consumers.info(stream, wanted.durable_name), consumerMissing);
  try {
    if (found === undefined) await manager.consumers.add(stream, wanted);
    else if (differs(found.config, wanted))
      await manager.consumers.update(stream, wanted.durable_name, wanted as ConsumerConfig);
  } catch (error) {
    const why = (error as Error).message;
    throw new StreamError(`The consumer ${wanted.durable_name} of ${stream} cannot be set up: ${why}.`, {
      cause: error,
    });
  }
}

function differs(found: object, wanted: object): boolean {
  return Object.entries(wanted).some(
    ([key, value]) => JSON.stringify((found as Record<string, unknown>)[key]) !== JSON.stringify(value),
  );
}

async function orMissing<T>(asked: Promise<T>, missing: number): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { code?: unknown }).code === missing) return undefined;
    throw error;
  }
}
