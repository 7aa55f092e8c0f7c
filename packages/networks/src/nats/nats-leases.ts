import { randomUUID } from "node:crypto";
import type { Lease, Leases } from "@pawl/flows";
import type { Names } from "./names.ts";
import { PassedError } from "./publisher.ts";
import type { Records } from "./records.ts";

interface Sign {
  readonly seq: number;
  /** When it was first seen here. */
  readonly at: number;
}

/**
 * What only one process at a time may do. The holder writes a sign again and again, each on top of its last one; who sees
 * the same sign for a whole term, by its own clock, writes on top of it. No two clocks are compared.
 */
export class NatsLeases implements Leases {
  readonly #records: Records;
  readonly #names: Names;
  readonly #ttlMs: number;
  readonly #seen = new Map<string, Sign>();
  readonly #held = new Set<HeldLease>();

  constructor(records: Records, names: Names, ttlMs: number) {
    this.#records = records;
    this.#names = names;
    this.#ttlMs = ttlMs;
  }

  /** Nothing while another has it, or when it cannot be told. */
  async acquire(name: string, ttlMs: number = this.#ttlMs): Promise<Lease | undefined> {
    const subject = this.#names.lease(name);
    try {
      const found = await this.#records.readNewest(this.#names.notes, subject);
      if (found !== undefined && found.text !== "" && !this.#isSilent(subject, found.seq, ttlMs)) return undefined;
      const owner = randomUUID();
      const at = performance.now();
      const { seq } = await this.#records.write(subject, owner, found?.seq ?? 0);
      const held = new HeldLease(
        { records: this.#records, stream: this.#names.notes, subject, owner, ttlMs },
        { seq, at },
        () => this.#held.delete(held),
      );
      this.#held.add(held);
      return held;
    } catch {
      return undefined;
    }
  }

  /** Gives all of them up. */
  async close(): Promise<void> {
    await Promise.all([...this.#held].map((held) => held.release()));
  }

  #isSilent(subject: string, seq: number, ttlMs: number): boolean {
    const seen = this.#seen.get(subject);
    if (seen?.seq === seq) return performance.now() - seen.at >= ttlMs;
    this.#seen.set(subject, { seq, at: performance.now() });
    return false;
  }
}

interface HeldParts {
  readonly records: Records;
  readonly stream: string;
  readonly subject: string;
  readonly owner: string;
  readonly ttlMs: number;
}

class HeldLease implements Lease {
  readonly #parts: HeldParts;
  readonly #abort = new AbortController();
  readonly #ended: () => void;
  #sign: Sign;
  #timer: NodeJS.Timeout | undefined;
  #isReleased = false;

  constructor(parts: HeldParts, sign: Sign, ended: () => void) {
    this.#parts = parts;
    this.#sign = sign;
    this.#ended = ended;
    this.#wait();
  }

  get lost(): AbortSignal {
    return this.#abort.signal;
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#end();
    if (this.#abort.signal.aborted) return;
    await this.#parts.records.write(this.#parts.subject, "", this.#sign.seq).catch(() => {});
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.#parts.ttlMs / 3);
  }

  async #renew(): Promise<void> {
    const { records, subject, owner, ttlMs } = this.#parts;
    const at = performance.now();
    try {
      const { seq } = await records.write(subject, owner, this.#sign.seq);
      this.#sign = { seq, at };
    } catch (error) {
      if (error instanceof PassedError) await this.#passed();
      // Nothing could be written: when the term is over, somebody else may have it by now.
      else if (performance.now() - this.#sign.at > ttlMs) this.#lose();
    }
    if (!this.#isReleased) this.#wait();
  }

  /** Another sign lies on top: of another holder, or the own one whose answer was lost. */
  async #passed(): Promise<void> {
    const { records, stream, subject, owner } = this.#parts;
    const found = await records.readNewest(stream, subject).catch(() => undefined);
    if (found?.text === owner) this.#sign = { seq: found.seq, at: this.#sign.at };
    else if (!this.#isReleased) this.#lose();
  }

  #lose(): void {
    this.#abort.abort(new Error("Another process has the lease."));
    this.#end();
  }

  #end(): void {
    this.#isReleased = true;
    clearTimeout(this.#timer);
    this.#ended();
  }
}
