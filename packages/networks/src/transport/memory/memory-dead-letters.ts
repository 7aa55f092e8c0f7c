import { type DeadLetter, type DeadLetters, deadLetterLimit, type NewDeadLetter } from "../dead-letter.ts";

export class MemoryDeadLetters implements DeadLetters {
  readonly #letters = new Map<number, DeadLetter>();
  #lastId = 0;

  add(letter: NewDeadLetter): void {
    this.#lastId++;
    this.#letters.set(this.#lastId, { ...letter, id: this.#lastId });
    if (this.#letters.size > deadLetterLimit) this.#letters.delete(this.#letters.keys().next().value!);
  }

  async list(
    filter: { readonly pod?: string; readonly limit?: number; readonly before?: number } = {},
  ): Promise<DeadLetter[]> {
    const { pod, limit = 100, before = Number.POSITIVE_INFINITY } = filter;
    return [...this.#letters.values()]
      .reverse()
      .filter((letter) => letter.id < before && (pod === undefined || letter.pod === pod))
      .slice(0, limit);
  }

  async get(id: number): Promise<DeadLetter | undefined> {
    return this.#letters.get(id);
  }

  async remove(ids?: readonly number[]): Promise<number> {
    const before = this.#letters.size;
    if (ids === undefined) this.#letters.clear();
    else for (const id of ids) this.#letters.delete(id);
    return before - this.#letters.size;
  }

  async count(): Promise<number> {
    return this.#letters.size;
  }
}
