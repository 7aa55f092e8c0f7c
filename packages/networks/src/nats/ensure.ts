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
  await Promise.all(plan.consumers.map((consumer) => ensureConsumer(manager, consumer)));
}

/** @throws StreamError when a stream of what waits at its pods is not there */
export async function expectStreams(manager: JetStreamManager, { consumers }: Plan): Promise<void> {
  const found = await Promise.all(consumers.map(({ stream }) => streamInfo(manager, stream)));
  const missing = consumers.find((_, index) => found[index] === undefined);
  if (missing === undefined) return;
  const why = "this network has not been set up on this server, or for another tenant";
  throw new StreamError(`There is no stream ${missing.stream}: ${why}.`);
}

export async function ensureStream(manager: JetStreamManager, wanted: StreamPlan): Promise<void> {
  const found = await streamInfo(manager, wanted.name);
  try {
    if (found === undefined) await manager.streams.add(wanted as StreamConfig & { name: string });
    else if (differs(found.config, wanted)) await manager.streams.update(wanted.name, wanted);
  } catch (error) {
    throw new StreamError(`The stream ${wanted.name} cannot be set up: ${(error as Error).message}.`, { cause: error });
  }
}

export async function ensureConsumer(manager: JetStreamManager, plan: ConsumerPlan): Promise<void> {
  const { stream, config: wanted } = plan;
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

/** Nothing when it is not there. */
export function streamInfo(manager: JetStreamManager, stream: string) {
  return orMissing(manager.streams.info(stream), streamMissing);
}

async function orMissing<T>(asked: Promise<T>, missing: number): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { code?: unknown }).code === missing) return undefined;
    throw error;
  }
}
