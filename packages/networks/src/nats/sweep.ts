import { systemClock } from "@pawl/hooks/guard";
import type { Network } from "../topology/network.ts";
import type { NewDeadLetter } from "../transport/dead-letter.ts";
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
 * has been taking them for a while. Only processes of the newest revision look: an older one knows less pods.
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
      for (const pod of abandoned) if (this.#abandoned.has(pod)) await this.#buryAll(pod);
      this.#abandoned = abandoned;
    } catch {
      // The server is asked again at the next look.
    }
  }

  /** Pods that tokens are on their way to, and which are not part of the network. */
  async #strangers(): Promise<string[]> {
    const { link, names, network } = this.#options;
    const { state } = await link.manager.streams.info(names.tokens, { subjects_filter: `${names.base}.in.>` });
    const pods = Object.keys(state.subjects ?? {}).map((subject) => subject.split(".").at(-2)!);
    return [...new Set(pods)].filter((id) => network.pods.every((pod) => pod.id !== id));
  }

  async #isServed(pod: string): Promise<boolean> {
    const { link, names } = this.#options;
    const info = await link.manager.consumers.info(names.tokens, pod).catch(() => undefined);
    return info !== undefined && (info.num_waiting > 0 || info.num_ack_pending > 0);
  }

  async #buryAll(pod: string): Promise<void> {
    const { link, names, network, bury } = this.#options;
    const { direct, streams } = link.manager;
    for (let seq = 1; ; ) {
      const found = await direct.getMessage(names.tokens, { seq, next_by_subj: names.inbox(pod) });
      if (found === null) return;
      const what = { subject: found.subject, body: found.string(), now: systemClock.now() };
      const letter = staleLetter(network, { id: pod }, what);
      if (letter !== undefined) await bury(letter);
      await streams.deleteMessage(names.tokens, found.seq, false);
      seq = found.seq + 1;
    }
  }
}
