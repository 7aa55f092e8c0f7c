const places = 4_096;

/**
 * Values by whole numbers that grow, most of them soon gone again. A Map in which they come and go builds its table anew
 * all the time, and the tables it leaves behind keep what was in them from being collected for long.
 */
export class NumberTable<V> {
  readonly #values: (V | undefined)[] = new Array<V | undefined>(places).fill(undefined);
  readonly #numbers: number[] = new Array<number>(places).fill(0);
  /** Those whose place is taken. */
  readonly #others = new Map<number, V>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(number: number): V | undefined {
    const place = number % places;
    if (this.#numbers[place] === number) return this.#values[place];
    return this.#others.size === 0 ? undefined : this.#others.get(number);
  }

  /** The number must be new. */
  add(number: number, value: V): void {
    const place = number % places;
    this.#size++;
    if (this.#values[place] !== undefined) this.#others.set(number, value);
    else {
      this.#values[place] = value;
      this.#numbers[place] = number;
    }
  }

  /** @returns false when it was not there */
  delete(number: number): boolean {
    const place = number % places;
    const isHere = this.#numbers[place] === number && this.#values[place] !== undefined;
    if (isHere) this.#values[place] = undefined;
    else if (!this.#others.delete(number)) return false;
    this.#size--;
    return true;
  }

  clear(): void {
    this.#values.fill(undefined);
    this.#others.clear();
    this.#size = 0;
  }

  /** As they are now, in order of their numbers. */
  values(): V[] {
    const found = [...this.#others];
    for (const [place, value] of this.#values.entries()) {
      if (value !== undefined) found.push([this.#numbers[place]!, value]);
    }
    return found.sort(([a], [b]) => a - b).map(([, value]) => value);
  }
}
