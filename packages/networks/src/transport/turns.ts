const sliceSize = 512;

/** Something that has deliveries to hand out. */
export interface Pumped {
  /** Hands out at most `limit`; @returns how many it did */
  pump(limit: number): number;
}

/**
 * Who may hand out deliveries, one after the other and never within each other, so that a chain of a thousand pods
 * needs no deeper stack than one of three. Gives the event loop its turn after every slice.
 */
export class Turns {
  #ready: Pumped[] = [];
  #isRunning = false;
  #isScheduled = false;

  /** Serves it in this turn when one is going on, else in the next turn of the event loop. */
  add(pumped: Pumped): void {
    this.#ready.push(pumped);
    if (!this.#isRunning) this.#schedule();
  }

  /** Serves everyone now, as far as one slice goes. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let left = sliceSize;
    while (left > 0 && this.#ready.length > 0) {
      const round = this.#ready;
      this.#ready = [];
      for (const pumped of round) left -= pumped.pump(sliceSize);
    }
    this.#isRunning = false;
    if (this.#ready.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.run();
    });
  }
}
