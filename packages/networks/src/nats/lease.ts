import { randomUUID } from "node:crypto";
import { PassedError } from "./publisher.ts";
import type { Records } from "./records.ts";

export interface LeaseOptions {
  readonly records: Records;
  readonly stream: string;
  readonly subject: string;
  /** After so long without a sign of its holder, another may take it. */
  readonly ttlMs: number;
  readonly onGained: () => void;
  readonly onLost: () => void;
}

/**
 * What only one process at a time may do. The holder writes a sign again and again, each on top of its last one; who sees
 * the same sign for a whole term, by its own clock, writes on top of it. No two clocks are compared.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #owner = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #seen: { readonly seq: number; readonly at: number } | undefined;
  #own: { seq: number; renewedAt: number } | undefined;
  #isClosed = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    void this.#step();
  }

  get isHeld(): boolean {
    return this.#own !== undefined;
  }

  /** Gives it up, so that the next one need not wait. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const own = this.#own;
    this.#own = undefined;
    if (own === undefined) return;
    await this.#options.records.write(this.#options.subject, "", own.seq).catch(() => {});
  }

  async #step(): Promise<void> {
    try {
      if (this.#own === undefined) await this.#tryToGain();
      else await this.#renew(this.#own);
    } catch {
      this.#checkTerm();
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#step(), this.#options.ttlMs / 3);
  }

  async #tryToGain(): Promise<void> {
    const { records, stream, subject, ttlMs } = this.#options;
    const found = await records.readNewest(stream, subject);
    const seq = found?.seq ?? 0;
    if (found !== undefined && found.text !== "") {
      if (this.#seen?.seq !== seq) this.#seen = { seq, at: performance.now() };
      if (performance.now() - this.#seen.at < ttlMs) return;
    }
    const before = performance.now();
    const written = await records.write(subject, this.#owner, seq);
    if (this.#isClosed) {
      await records.write(subject, "", written.seq).catch(() => {});
      return;
    }
    this.#own = { seq: written.seq, renewedAt: before };
    this.#options.onGained();
  }

  async #renew(own: { seq: number; renewedAt: number }): Promise<void> {
    const before = performance.now();
    try {
      const written = await this.#options.records.write(this.#options.subject, this.#owner, own.seq);
      own.seq = written.seq;
      own.renewedAt = before;
    } catch (error) {
      if (error instanceof PassedError) await this.#passed(own);
      else throw error;
    }
  }

  /** Another sign lies on top: of another holder, or the own one whose answer was lost. */
  async #passed(own: { seq: number; renewedAt: number }): Promise<void> {
    const found = await this.#options.records.readNewest(this.#options.stream, this.#options.subject);
    if (found?.text === this.#owner) own.seq = found.seq;
    else this.#lose();
  }

  /** Nothing can be written: when the term is over, somebody else may hold it by now. */
  #checkTerm(): void {
    if (this.#own !== undefined && performance.now() - this.#own.renewedAt > this.#options.ttlMs) this.#lose();
  }

  #lose(): void {
    this.#own = undefined;
    this.#seen = undefined;
    if (!this.#isClosed) this.#options.onLost();
  }
}
