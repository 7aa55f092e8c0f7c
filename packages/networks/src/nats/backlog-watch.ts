import type { Network } from "../topology/network.ts";
import { isOrigin } from "../topology/pod-type.ts";
import type { Backlog } from "../transport/transport.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import type { Limits } from "./plan.ts";

const everyMs = 1_000;
/** How long after the last question it goes on asking the server. */
const interestMs = 10_000;

/** What waits at one pod: what the server knew when it was last asked, and what this process has added and taken since. */
interface Level {
  /**
   * That its consumer has to deliver or to hear of again. A server that was killed can have forgotten to remove what was
   * acknowledged: that stays in the stream, and waits for nobody.
   */
  messages: number;
  /** In its stream. */
  stored: number;
  bytes: number;
  sent: number;
  sentBytes: number;
  settled: number;
}

/**
 * What waits at each pod, wherever it runs. The server is asked every second while somebody wants to know; what this
 * process sent and settled since then is added.
 */
export class BacklogWatch {
  readonly #link: Link;
  readonly #names: Names;
  readonly #limits: Limits;
  /** By the index of their pod. */
  readonly #levels: readonly Level[];
  readonly #receivers: readonly { readonly id: string; readonly level: Level }[];
  /** Ticks since somebody asked. */
  #unasked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { link: Link; names: Names; network: Network; limits: Limits }) {
    const { pods } = parts.network;
    this.#link = parts.link;
    this.#names = parts.names;
    this.#limits = parts.limits;
    this.#levels = pods.map(() => ({ messages: 0, stored: 0, bytes: 0, sent: 0, sentBytes: 0, settled: 0 }));
    this.#receivers = pods
      .filter((pod) => !isOrigin(pod.type))
      .map(({ id, index }) => ({ id, level: this.#levels[index]! }));
  }

  of(pod: number): Backlog {
    this.#asked();
    const level = this.#levels[pod]!;
    const stored = level.stored + level.sent;
    const messages = Math.max(0, level.messages + level.sent - level.settled);
    const bytes = stored === 0 ? 0 : Math.round(((level.bytes + level.sentBytes) / stored) * messages);
    return { messages, bytes };
  }

  /** Half of a stream belongs to those who pass messages on: what they publish comes before what they acknowledge. */
  get isHalfFull(): boolean {
    const { maxBytes, maxMessages } = this.#limits;
    for (const { level } of this.#receivers) {
      const isFull =
        level.bytes + level.sentBytes > maxBytes / 2 ||
        (maxMessages !== undefined && level.stored + level.sent > maxMessages / 2);
      if (!isFull) continue;
      this.#asked();
      return true;
    }
    return false;
  }

  sent(pod: number, bytes: number): void {
    const level = this.#levels[pod]!;
    level.sent++;
    level.sentBytes += bytes;
  }

  settled(pod: number): void {
    this.#levels[pod]!.settled++;
  }

  /** Asks now. Keeps what it knew when the server gives no answer. */
  async refresh(): Promise<void> {
    await Promise.all(this.#receivers.map(({ id, level }) => this.#read(id, level).catch(() => {})));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #read(id: string, level: Level): Promise<void> {
    const { sent, sentBytes, settled } = level;
    const { streams, consumers } = this.#link.manager;
    const stream = this.#names.waiting(id);
    const [{ state }, consumer] = await Promise.all([streams.info(stream), consumers.info(stream, id)]);
    level.messages = consumer.num_pending + consumer.num_ack_pending;
    level.stored = state.messages;
    level.bytes = state.bytes;
    level.sent -= sent;
    level.sentBytes -= sentBytes;
    level.settled -= settled;
  }

  #asked(): void {
    this.#unasked = 0;
    this.#timer ??= setInterval(() => this.#tick(), everyMs);
  }

  #tick(): void {
    if (++this.#unasked * everyMs > interestMs) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (this.#link.isConnected) void this.refresh();
  }
}
