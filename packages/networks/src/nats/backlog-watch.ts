import type { Network } from "../topology/network.ts";
import { isOrigin } from "../topology/pod-type.ts";
import type { Backlog } from "../transport/transport.ts";
import type { Link } from "./link.ts";
import type { Limits } from "./plan.ts";

const everyMs = 1_000;
/** How long after the last question it goes on asking the server. */
const interestMs = 10_000;

/**
 * What waits at each pod, wherever it runs. The server is asked every second while somebody wants to know; what this
 * process sent and settled since then is added.
 */
export class BacklogWatch {
  readonly #link: Link;
  readonly #stream: string;
  readonly #network: Network;
  readonly #limits: Limits;
  readonly #messages: number[];
  readonly #changes: number[];
  #averageBytes = 0;
  #stored = { messages: 0, bytes: 0 };
  #storedChange = { messages: 0, bytes: 0 };
  /** Ticks since somebody asked. */
  #unasked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { link: Link; stream: string; network: Network; limits: Limits }) {
    this.#link = parts.link;
    this.#stream = parts.stream;
    this.#network = parts.network;
    this.#limits = parts.limits;
    this.#messages = parts.network.pods.map(() => 0);
    this.#changes = parts.network.pods.map(() => 0);
  }

  of(pod: number): Backlog {
    this.#unasked = 0;
    this.#timer ??= setInterval(() => this.#tick(), everyMs);
    const messages = Math.max(0, this.#messages[pod]! + this.#changes[pod]!);
    return { messages, bytes: Math.round(messages * this.#averageBytes) };
  }

  /** Half of the stream belongs to those who pass messages on: what they publish comes before what they acknowledge. */
  get isHalfFull(): boolean {
    const { maxBytes, maxMessages } = this.#limits;
    const messages = this.#stored.messages + this.#storedChange.messages;
    const bytes = this.#stored.bytes + this.#storedChange.bytes;
    return bytes > maxBytes / 2 || (maxMessages !== undefined && messages > maxMessages / 2);
  }

  sent(pod: number, bytes: number): void {
    this.#changes[pod]!++;
    this.#storedChange.messages++;
    this.#storedChange.bytes += bytes;
  }

  settled(pod: number): void {
    this.#changes[pod]!--;
  }

  /** Asks now. Keeps what it knew when the server gives no answer. */
  async refresh(): Promise<void> {
    const before = [...this.#changes];
    const stored = { ...this.#storedChange };
    const pods = this.#network.pods.filter((pod) => !isOrigin(pod.type));
    try {
      const [stream, ...infos] = await Promise.all([
        this.#link.manager.streams.info(this.#stream),
        ...pods.map((pod) => this.#link.manager.consumers.info(this.#stream, pod.id)),
      ]);
      for (const [index, pod] of pods.entries()) {
        this.#messages[pod.index] = infos[index]!.num_pending + infos[index]!.num_ack_pending;
        this.#changes[pod.index]! -= before[pod.index]!;
      }
      const { messages, bytes } = stream.state;
      this.#averageBytes = messages === 0 ? 0 : bytes / messages;
      this.#stored = { messages, bytes };
      this.#storedChange.messages -= stored.messages;
      this.#storedChange.bytes -= stored.bytes;
    } catch {
      // It is asked again soon.
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (++this.#unasked * everyMs > interestMs) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (this.#link.isConnected) void this.refresh();
  }
}
