import type { Delivery } from "../transport/transport.ts";

/**
 * After a crash, any message that was in flight may have caused it. Their attempts are made durable before the hook
 * is called; one that was in flight at two crashes is tried alone, so that it alone counts the third.
 */
export class Suspects {
  readonly #waiting: (() => void)[] = [];
  #isTrying = false;

  /** Calls `run` once the attempt is durable, now or when the suspects before it are through. */
  admit(delivery: Delivery, run: () => void): void {
    if (delivery.attempt <= 2) {
      delivery.begin(run);
      return;
    }
    const start = () => {
      this.#isTrying = true;
      delivery.begin(() => {
        run();
        // The hook survived its first synchronous part; what it awaits is left to its time-out.
        setImmediate(() => this.#next());
      });
    };
    if (this.#isTrying) this.#waiting.push(start);
    else start();
  }

  #next(): void {
    this.#isTrying = false;
    this.#waiting.shift()?.();
  }
}
