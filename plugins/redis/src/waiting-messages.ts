import type { JsonObject } from "@pawl/flows";

/** While messages are dropped, how often the number is told. */
const tellEveryMs = 1_000;

/** Messages that wait for their runs: so many at most. What comes above that is dropped, and told. */
export class WaitingMessages {
  readonly #limit: number;
  readonly #tell: (count: number, message: string) => void;
  readonly #waiting: JsonObject[] = [];
  #dropped = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(limit: number, tell: (count: number, message: string) => void) {
    this.#limit = limit;
    this.#tell = tell;
  }

  add(message: JsonObject): void {
    if (this.#waiting.length < this.#limit) {
      this.#waiting.push(message);
      return;
    }
    this.#dropped += 1;
    if (performance.now() - this.#toldAt >= tellEveryMs) this.tell();
  }

  /** So many of them at most, in their order. */
  take(count: number): JsonObject[] {
    return this.#waiting.splice(0, count);
  }

  /** Tells of what was dropped since it was last told. */
  tell(): void {
    if (this.#dropped === 0) return;
    this.#toldAt = performance.now();
    const count = this.#dropped;
    this.#dropped = 0;
    this.#tell(
      count,
      `More than ${this.#limit} messages waited for their runs; Redis keeps none of those that came then.`,
    );
  }
}
