const generationSize = 100_000;

/** The token ids of the recent past, in two generations: when the younger is full, the older is forgotten whole. */
export class IdWindow {
  #younger = new Set<string>();
  #older = new Set<string>();

  has(id: string): boolean {
    return this.#younger.has(id) || this.#older.has(id);
  }

  /** @returns false when it was known */
  add(id: string): boolean {
    if (this.has(id)) return false;
    this.#younger.add(id);
    if (this.#younger.size >= generationSize) {
      this.#older = this.#younger;
      this.#younger = new Set();
    }
    return true;
  }
}
