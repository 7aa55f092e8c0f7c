import type { Clock } from "@pawl/hooks/guard";

/** A reproducible source of chance (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Time that passes only when nothing is left to do now. */
export class VirtualTime implements Clock {
  #now = 1_000_000;
  #order = 0;
  readonly #happenings: Happening[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const happening: Happening = { at: this.#now + Math.max(0, ms), order: this.#order++, run, isCancelled: false };
    this.#happenings.push(happening);
    return () => {
      happening.isCancelled = true;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets everything happen in order, until nothing is left or `limit` happenings have passed. */
  async run(limit: number): Promise<void> {
    await settle();
    for (let count = 0; count < limit; count++) {
      const next = this.#takeNext();
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    throw new Error("It does not come to rest.");
  }

  #takeNext(): Happening | undefined {
    let best = -1;
    for (let index = 0; index < this.#happenings.length; index++) {
      const candidate = this.#happenings[index]!;
      if (candidate.isCancelled) continue;
      const leader = this.#happenings[best];
      if (!leader || candidate.at < leader.at || (candidate.at === leader.at && candidate.order < leader.order))
        best = index;
    }
    if (best < 0) return undefined;
    const found = this.#happenings[best]!;
    const last = this.#happenings.pop()!;
    if (best < this.#happenings.length) this.#happenings[best] = last;
    return found;
  }
}

/** Promises that are due settle now; a chain of them is a few turns long. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await undefined;
}
