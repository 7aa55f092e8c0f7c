import type { Leases } from "@pawl/flows";
import { systemClock } from "@pawl/hooks/guard";
import type { Consumer } from "../transport/transport.ts";
import type { PodConsumer } from "./pod-consumer.ts";

export interface ExclusiveOptions {
  readonly leases: Leases;
  /** Of the lease. */
  readonly name: string;
  readonly retryMs: number;
  /** Begins to consume, from the first message that is not settled. */
  readonly begin: () => Promise<PodConsumer>;
  /** Another process has it now. */
  readonly onLost: () => void;
}

/** Consumes while this process holds the lease, and waits for it otherwise. */
export class ExclusiveConsumer implements Consumer {
  readonly #options: ExclusiveOptions;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  #consumer: PodConsumer | undefined;

  constructor(options: ExclusiveOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  close(): void {
    this.#consumer?.close();
  }

  async end(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { leases, name, retryMs } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const lease = await leases.acquire(name);
      if (lease === undefined) {
        await systemClock.sleep(retryMs, signal).catch(() => {});
        continue;
      }
      const life = AbortSignal.any([signal, lease.lost]);
      await this.#consume(life);
      if (lease.lost.aborted) this.#options.onLost();
      await lease.release();
    }
  }

  /** Until the life ends. */
  async #consume(life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      try {
        this.#consumer = await this.#options.begin();
        break;
      } catch {
        await systemClock.sleep(beginAgainMs, life).catch(() => {});
      }
    }
    if (!life.aborted) await new Promise((resolve) => life.addEventListener("abort", resolve, { once: true }));
    await this.#consumer?.end();
    this.#consumer = undefined;
  }
}

const beginAgainMs = 500;
