import type { PassageOutcome } from "../../history/passage.ts";
import type { Told } from "../../history/told.ts";

const size = 8_192;

/**
 * The newest steps of a network. They are kept by column: an object for each would live just long enough to be moved twice
 * by the collector.
 */
export class MemoryPast implements Iterable<Told> {
  readonly #correlationIds: string[] = [];
  readonly #pods: string[] = [];
  readonly #endedAt: number[] = [];
  readonly #durations: number[] = [];
  readonly #attempts: number[] = [];
  readonly #outcomes: PassageOutcome[] = [];
  readonly #traceparents: (string | undefined)[] = [];
  readonly #intos: (string | undefined)[] = [];
  #count = 0;

  add({ correlationId, pod, passage, into }: Told): void {
    const at = this.#count % size;
    this.#correlationIds[at] = correlationId;
    this.#pods[at] = pod;
    this.#endedAt[at] = passage.endedAt;
    this.#durations[at] = passage.durationMs;
    this.#attempts[at] = passage.attempt;
    this.#outcomes[at] = passage.outcome;
    this.#traceparents[at] = passage.traceparent;
    this.#intos[at] = into;
    this.#count++;
  }

  *[Symbol.iterator](): Iterator<Told> {
    for (let count = Math.max(0, this.#count - size); count < this.#count; count++) yield this.#at(count % size);
  }

  #at(at: number): Told {
    const passage = {
      endedAt: this.#endedAt[at]!,
      durationMs: this.#durations[at]!,
      attempt: this.#attempts[at]!,
      outcome: this.#outcomes[at]!,
      traceparent: this.#traceparents[at],
    };
    return { correlationId: this.#correlationIds[at]!, pod: this.#pods[at]!, passage, into: this.#intos[at] };
  }
}
