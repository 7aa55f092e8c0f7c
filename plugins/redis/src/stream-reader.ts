import type { RedisClient } from "./connection.ts";
import type { StreamInput } from "./stream-input.ts";

export interface Entry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** So that a read that waits for entries gives way to a look at what others hold. */
const blockMs = 1_000;

/** Reads one stream as one consumer of its group. */
export class StreamReader {
  readonly #client: RedisClient;
  readonly #input: StreamInput;
  readonly #consumer: string;
  /** Entries of ours up to here have been given out again; nothing once there are no more. */
  #own: string | undefined = "0";
  #claimFrom = "0-0";
  #claimedAt = Number.NEGATIVE_INFINITY;

  constructor(client: RedisClient, input: StreamInput, consumer: string) {
    this.#client = client;
    this.#input = input;
    this.#consumer = consumer;
  }

  async makeGroup(): Promise<void> {
    const { stream, group, from } = this.#input;
    try {
      await this.#client.xGroupCreate(stream, group, from, { MKSTREAM: true });
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("BUSYGROUP"))) throw error;
    }
  }

  /** What this consumer has not acknowledged in an earlier life, what the dead ones hold, and then what is new. */
  async next(): Promise<readonly Entry[]> {
    if (this.#own !== undefined) {
      const entries = await this.#read(this.#own);
      this.#own = entries.at(-1)?.id;
      if (this.#own !== undefined) return entries.filter(isWhole);
    }
    const claimed = await this.#claim();
    return claimed.length > 0 ? claimed : this.#read(">");
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#client.xAck(this.#input.stream, this.#input.group, [...ids]);
  }

  async #read(id: string): Promise<Entry[]> {
    const { stream, group, batch } = this.#input;
    const options = { COUNT: batch, ...(id === ">" ? { BLOCK: blockMs } : {}) };
    const reply = await this.#client.xReadGroup(group, this.#consumer, { key: stream, id }, options);
    return entriesOf((reply as unknown as readonly { readonly messages: readonly unknown[] }[] | null)?.[0]?.messages);
  }

  async #claim(): Promise<Entry[]> {
    const { stream, group, batch, claimAfterMs } = this.#input;
    const isThrough = this.#claimFrom === "0-0";
    const now = performance.now();
    if (isThrough && now - this.#claimedAt < Math.min(claimAfterMs, 30_000)) return [];
    this.#claimedAt = now;
    const options = { COUNT: batch };
    const reply = await this.#client.xAutoClaim(stream, group, this.#consumer, claimAfterMs, this.#claimFrom, options);
    this.#claimFrom = String(reply.nextId);
    return entriesOf(reply.messages).filter(isWhole);
  }
}

function entriesOf(messages: readonly unknown[] = []): Entry[] {
  return messages.flatMap((message) => {
    const { id, message: fields } = (message ?? {}) as { id?: string; message?: Record<string, string> | null };
    return id === undefined ? [] : [{ id, fields: { ...fields } }];
  });
}

/** An entry that was deleted from the stream is still pending, without its fields. */
function isWhole({ fields }: Entry): boolean {
  return Object.keys(fields).length > 0;
}
