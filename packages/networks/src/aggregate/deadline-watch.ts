import type { Clock } from "@pawl/hooks/guard";
import type { PartialSet } from "./partial-set.ts";

export interface DeadlineWatchOptions {
  readonly clock: Clock;
  /** 0 = never. */
  readonly timeoutMs: number;
  /** The set whose time is up first. All sets of an aggregator have the same time, so that is the oldest. */
  readonly oldest: () => PartialSet | undefined;
  /** Must take the set away from where `oldest` looks. */
  readonly expire: (set: PartialSet) => void;
}

/** One timer for all open sets of an aggregator. */
export class DeadlineWatch {
  readonly #options: DeadlineWatchOptions;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(options: DeadlineWatchOptions) {
    this.#options = options;
  }

  /** To be called when a set was opened. */
  arm(): void {
    if (this.#cancel !== undefined || this.#isClosed || this.#options.timeoutMs === 0) return;
    const oldest = this.#options.oldest();
    if (oldest === undefined) return;
    const { clock, timeoutMs } = this.#options;
    this.#cancel = clock.after(Math.max(0, oldest.firstAt + timeoutMs - clock.now()), () => this.#fire());
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #fire(): void {
    const { clock, timeoutMs, oldest, expire } = this.#options;
    this.#cancel = undefined;
    const now = clock.now();
    for (let set = oldest(); set !== undefined && set.firstAt + timeoutMs <= now; set = oldest()) expire(set);
    this.arm();
  }
}
