import type { Consumer } from "../transport/transport.ts";
import { Lease } from "./lease.ts";
import type { PodConsumer } from "./pod-consumer.ts";
import type { Records } from "./records.ts";

export interface ExclusiveOptions {
  readonly records: Records;
  readonly stream: string;
  readonly subject: string;
  readonly ttlMs: number;
  /** Begins to consume, from the first message that is not settled. */
  readonly begin: () => Promise<PodConsumer>;
  /** Another process has it now. */
  readonly onLost: () => void;
}

/** Consumes while this process holds the lease, and waits for it otherwise. */
export class ExclusiveConsumer implements Consumer {
  readonly #lease: Lease;
  readonly #options: ExclusiveOptions;
  #consumer: Promise<PodConsumer | undefined> = Promise.resolve(undefined);
  #isClosed = false;

  constructor(options: ExclusiveOptions) {
    this.#options = options;
    const { records, stream, subject, ttlMs } = options;
    this.#lease = new Lease({
      records,
      stream,
      subject,
      ttlMs,
      onGained: () => this.#begin(),
      onLost: () => this.#lose(),
    });
  }

  close(): void {
    this.#isClosed = true;
    void this.#consumer.then((consumer) => consumer?.close());
  }

  async end(): Promise<void> {
    this.close();
    await (await this.#consumer)?.end();
    await this.#lease.close();
  }

  #begin(): void {
    this.#consumer = this.#consumer.then(async () => {
      for (let waitMs = firstWaitMs; this.#lease.isHeld && !this.#isClosed; waitMs *= 2) {
        try {
          return await this.#options.begin();
        } catch {
          await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, longestWaitMs)));
        }
      }
      return undefined;
    });
  }

  #lose(): void {
    this.#consumer = this.#consumer.then(async (consumer) => {
      await consumer?.end();
      this.#options.onLost();
      return undefined;
    });
  }
}

const firstWaitMs = 100;
const longestWaitMs = 2_000;
