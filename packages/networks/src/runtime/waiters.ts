import type { Json } from "@pawl/flows";
import type { Clock } from "@pawl/hooks/guard";
import type { EndReply } from "../transport/transport.ts";

/** What became of a message at the ends of the network, for the client that waits for it. */
export interface Settled {
  readonly results: Readonly<Record<string, Json>>;
  readonly suppressed: readonly string[];
  readonly failed: readonly string[];
}

interface Waiter {
  readonly expected: Set<string>;
  readonly results: Record<string, Json>;
  readonly suppressed: string[];
  readonly failed: string[];
  readonly resolve: (settled: Settled | undefined) => void;
}

/** Clients that wait until every end of the network was reached by what they sent. */
export class Waiters {
  readonly #waiters = new Map<string, Waiter>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with nothing when the time is up; the work goes on. */
  wait(address: string, expected: readonly string[], forMs: number): Promise<Settled | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(forMs, () => this.#end(address, undefined));
      const done = (settled: Settled | undefined) => {
        cancel();
        resolve(settled);
      };
      this.#waiters.set(address, {
        expected: new Set(expected),
        results: {},
        suppressed: [],
        failed: [],
        resolve: done,
      });
    });
  }

  /** A token that somebody waits for has reached its end. @returns false when nobody here waits at the address */
  settle(address: string, { pod, ending, payload }: EndReply): boolean {
    const waiter = this.#waiters.get(address);
    if (waiter === undefined) return false;
    if (!waiter.expected.delete(pod)) return true;
    if (ending === "done") waiter.results[pod] = payload === undefined ? null : (JSON.parse(payload) as Json);
    else if (ending === "suppressed") waiter.suppressed.push(pod);
    else waiter.failed.push(pod);
    if (waiter.expected.size === 0) this.#end(address, waiter);
    return true;
  }

  /** It was not sent after all. */
  forget(address: string): void {
    this.#end(address, undefined);
  }

  close(): void {
    for (const address of [...this.#waiters.keys()]) this.#end(address, undefined);
  }

  #end(address: string, settled: Settled | undefined): void {
    const waiter = this.#waiters.get(address);
    this.#waiters.delete(address);
    if (waiter === undefined) return;
    const { results, suppressed, failed } = waiter;
    waiter.resolve(settled === undefined ? undefined : { results, suppressed, failed });
  }
}
