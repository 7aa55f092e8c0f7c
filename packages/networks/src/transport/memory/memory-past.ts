import type { Told } from "../../history/told.ts";

const generationSize = 4_096;

/** The newest steps of a network, in two generations: when the younger is full, the older is forgotten whole. */
export class MemoryPast implements Iterable<Told> {
  #younger: Told[] = [];
  #older: readonly Told[] = [];

  add(told: Told): void {
    if (this.#younger.length === generationSize) {
      this.#older = this.#younger;
      this.#younger = [];
    }
    this.#younger.push(told);
  }

  *[Symbol.iterator](): Iterator<Told> {
    yield* this.#older;
    yield* this.#younger;
  }
}
