export const kinds = ["add", "change", "unlink"] as const;
export type Kind = (typeof kinds)[number];

/** What tells two states of a file apart. */
export interface Stamp {
  readonly mtimeMs: number;
  /** Also differs after a rename, so that a file that is moved away and back is another one. */
  readonly ctimeMs: number;
  readonly size: number;
}

export interface Change {
  readonly kind: Kind;
  /** From the project folder, with slashes. */
  readonly path: string;
  /** Of a file that is gone: nothing. */
  readonly stamp: Stamp | undefined;
  /** It happened while nobody watched. */
  readonly isMissed: boolean;
}

/** Changes that wait for their run. The same change of the same file waits once: that bounds it by the files there are. */
export class ChangeQueue {
  readonly #waiting = new Map<string, Change>();
  readonly #signal: AbortSignal;
  #error: unknown;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  add(change: Change): void {
    this.#waiting.set(`${change.kind} ${change.path}`, change);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#error = error;
    this.#wake();
  }

  /**
   * What waits, in order: of each file its first change, and so many at most.
   * @throws the watcher's error, or the signal's reason once nothing waits any more
   */
  async next(limit: number): Promise<readonly Change[]> {
    for (;;) {
      const changes = this.#take(limit);
      if (changes.length > 0) return changes;
      if (this.#error !== undefined) throw this.#error;
      this.#signal.throwIfAborted();
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** What comes after a second change of the same file waits with it: the order stays. */
  #take(limit: number): Change[] {
    const taken = new Map<string, Change>();
    for (const [key, change] of this.#waiting) {
      if (taken.size === limit || taken.has(change.path)) break;
      taken.set(change.path, change);
      this.#waiting.delete(key);
    }
    return [...taken.values()];
  }
}
