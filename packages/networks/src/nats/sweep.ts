import { systemClock } from "@pawl/hooks/guard";
import type { Network } from "../topology/network.ts";
import type { NewDeadLetter } from "../transport/dead-letter.ts";
import { eachMessage } from "./each-message.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import type { Records } from "./records.ts";
import { staleLetter } from "./stale.ts";

export interface SweepOptions {
  readonly link: Link;
  readonly records: Records;
  readonly names: Names;
  readonly network: Network;
  /** Makes a letter durable. */
  readonly bury: (letter: NewDeadLetter) => Promise<void>;
}

const everyMs = 30_000;

/**
 * Tokens on their way to pods that the network no longer has become dead letters, once no process of an older revision
 * has been taking them for a while, and their streams go. Only processes of the newest revision look: an older one knows
 * less pods.
 */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #timer: NodeJS.Timeout;
  #abandoned = new Set<string>();

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  /** This revision is the newest from now on. */
  async begin(): Promise<void> {
    const { records, names, network } = this.#options;
    const found = await records.readNewest(names.notes, `${names.base}.plan`);
    if (found?.text !== network.revision) await records.write(`${names.base}.plan`, network.revision);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Pods without a taker at two looks in a row are given up. */
  async look(): Promise<void> {
    try {
      const { records, names, network } = this.#options;
      const newest = await records.readNewest(names.notes, `${names.base}.plan`);
      if (newest?.text !== network.revision) return;
      const abandoned = new Set<string>();
      for (const pod of await this.#strangers()) if (!(await this.#isServed(pod))) abandoned.add(pod);
      for (const pod of abandoned) if (this.#abandoned.has(pod)) await this.#giveUp(pod);
      this.#abandoned = abandoned;
    } catch {
      // The server is asked again at the next look.
    }
  }

  /** Pods that have a stream, and are not part of the network. */
  async #strangers(): Promise<string[]> {
    const { link, names, network } = this.#options;
    const start = names.waiting("");
    const pods: string[] = [];
    for await (const name of link.manager.streams.names(names.inbox("*")))
      if (name.startsWith(start)) pods.push(name.slice(start.length));
    return pods.filter((id) => network.pods.every((pod) => pod.id !== id));
  }

  async #isServed(pod: string): Promise<boolean> {
    const { link, names } = this.#options;
    const info = await link.manager.consumers.info(names.waiting(pod), pod).catch(() => undefined);
    return info !== undefined && (info.num_waiting > 0 || info.num_ack_pending > 0);
  }

  /** Nothing comes in any more before the last of it is buried: what would be lost with the stream is refused. */
  async #giveUp(pod: string): Promise<void> {
    const { link, names, network, bury } = this.#options;
    const { streams } = link.manager;
    const stream = names.waiting(pod);
    await streams.update(stream, { subjects: [names.closed(pod)] });
    await eachMessage(link, stream, async ({ seq, subject, body }) => {
      const letter = staleLetter(network, { id: pod }, { subject, body, now: systemClock.now() });
      if (letter !== undefined) await bury(letter);
      await streams.deleteMessage(stream, seq, false);
    });
    await streams.delete(stream);
  }
}
