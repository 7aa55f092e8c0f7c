import type { Payload } from "../../envelope/payload.ts";
import type { Outputs } from "../transport.ts";

interface Kept {
  readonly number: number;
  readonly correlationId: string;
  readonly payload: Payload;
}

interface Sink {
  readonly keep: number;
  count: number;
  /** Up to twice as many as are shown, so that dropping the oldest costs little. */
  kept: Kept[];
}

/** What the sinks of one network received. */
export class MemoryOutputs {
  readonly #sinks = new Map<number, Sink>();

  add(to: { readonly pod: number; readonly keep: number }, correlationId: string, payload: Payload): void {
    let sink = this.#sinks.get(to.pod);
    if (sink === undefined) {
      sink = { keep: to.keep, count: 0, kept: [] };
      this.#sinks.set(to.pod, sink);
    }
    sink.count++;
    sink.kept.push({ number: sink.count, correlationId, payload });
    if (sink.kept.length >= 2 * sink.keep) sink.kept = sink.kept.slice(-sink.keep);
  }

  page(pod: number, options: { readonly limit?: number; readonly after?: number } = {}): Outputs {
    const sink = this.#sinks.get(pod);
    if (sink === undefined) return { count: 0, results: [] };
    const { limit = sink.keep, after } = options;
    const newest = sink.kept.slice(-sink.keep);
    const shown =
      after === undefined ? newest.slice(-limit) : newest.filter((kept) => kept.number > after).slice(0, limit);
    return { count: sink.count, results: shown.map(({ number, payload }) => ({ number, text: payload.text() })) };
  }

  of(pod: number, correlationId: string): string | undefined {
    return this.#sinks
      .get(pod)
      ?.kept.findLast((kept) => kept.correlationId === correlationId)
      ?.payload.text();
  }
}
