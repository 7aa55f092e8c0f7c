import { type EmitterTrigger, emitAll, event, type Json, type TriggerEvent, trigger } from "@pawl/flows";
import { addressOf, connect, type RedisClient, triggerErrorOf } from "./connection.ts";
import { type StreamInput, streamInput } from "./stream-input.ts";
import { type Entry, StreamReader } from "./stream-reader.ts";

/** How long a stopped trigger waits for a Redis that does not answer to what it acknowledges. */
const lastWordMs = 1_000;

/**
 * Each entry of the stream is one run, at least once from end to end. What one reply holds is queued in one commit, and
 * acknowledged only then; an entry that comes again is known by its id.
 */
export const stream: EmitterTrigger<StreamInput> = trigger({
  name: "redis.stream",
  description: "For each entry of a Redis stream, acknowledged once its run is queued.",
  input: streamInput,
  async listen(input, context, emit) {
    const { signal, log, flowName, triggerId, describe } = context;
    const client = await connect(input, (message) => log.warn(message)).catch((error: unknown) => {
      throw triggerErrorOf(error);
    });
    const ending = new Ending(client, signal);
    try {
      const reader = new StreamReader(client, input, input.consumer ?? `${flowName}/${triggerId}`);
      await reader.makeGroup();
      describe(`${input.stream} as ${input.group} on ${addressOf(input)}`);
      while (!signal.aborted) {
        const entries = await reader.next();
        const acknowledged = async () => {
          const events = entries.map((entry) => eventOf(entry, input));
          const accepted = await emitAll(events, emit, context);
          await reader.acknowledge(entries.filter((_, index) => accepted[index] !== undefined).map(({ id }) => id));
        };
        await ending.after(acknowledged);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw triggerErrorOf(error);
    } finally {
      ending.close();
    }
  },
});

/** Ends the connection when the trigger is stopped: a read at once, what is on its way to be acknowledged after it is. */
class Ending {
  readonly #client: RedisClient;
  readonly #signal: AbortSignal;
  #isBusy = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: RedisClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  async after(work: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    await work();
    this.#isBusy = false;
  }

  close(): void {
    this.#signal.removeEventListener("abort", this.#stop);
    this.#leave();
  }

  readonly #stop = (): void => {
    if (this.#isBusy) this.#timer = setTimeout(this.#leave, lastWordMs);
    else this.#leave();
  };

  readonly #leave = (): void => {
    clearTimeout(this.#timer);
    if (this.#client.isOpen) this.#client.destroy();
  };
}

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
