import { event, type GeneratorTrigger, type Json, type TriggerEvent, trigger } from "@pawl/flows";
import { addressOf, connect, triggerErrorOf } from "./connection.ts";
import { type StreamInput, streamInput } from "./stream-input.ts";
import { type Entry, StreamReader } from "./stream-reader.ts";

/**
 * Each entry of the stream is one run, at least once from end to end: it is acknowledged only after its run is durable, and an
 * entry that comes again is known by its id.
 */
export const stream: GeneratorTrigger<StreamInput> = trigger({
  name: "redis.stream",
  description: "For each entry of a Redis stream, acknowledged once its run is queued.",
  input: streamInput,
  async *run(input, { signal, log, flowName, triggerId, describe }) {
    const client = await connect(input, (message) => log.warn(message)).catch((error: unknown) => {
      throw triggerErrorOf(error);
    });
    const leave = () => client.isOpen && client.destroy();
    signal.addEventListener("abort", leave, { once: true });
    try {
      const reader = new StreamReader(client, input, input.consumer ?? `${flowName}/${triggerId}`);
      await reader.makeGroup();
      describe(`${input.stream} as ${input.group} on ${addressOf(input)}`);
      while (!signal.aborted) {
        for (const entry of await reader.next()) {
          yield eventOf(entry, input);
          await reader.acknowledge(entry.id);
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw triggerErrorOf(error);
    } finally {
      signal.removeEventListener("abort", leave);
      leave();
    }
  },
});

function eventOf({ id, fields }: Entry, { stream: name, group, json }: StreamInput): TriggerEvent {
  const time = Number(id.split("-")[0]);
  const text = json === undefined ? undefined : fields[json];
  return event(text === undefined ? { ...fields } : readJson(text), {
    // Streams of the same trigger are told apart: its `with` may be edited.
    id: `${name}:${id}`,
    attributes: { stream: name, group, entry_id: id },
    ...(Number.isSafeInteger(time) ? { time } : {}),
  });
}

/** What is no JSON stays text: an entry that one cannot read must not hold up those behind it. */
function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
