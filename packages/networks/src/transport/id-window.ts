const generationSize = 16_384;
const edgesPerWord = 31;

/**
 * Which tokens were seen in the recent past, in two generations: when the younger is full, the older is forgotten
 * whole. The edges of one correlation id share an entry, because ids are long and edges are few.
 */
export class IdWindow {
  #younger = new Map<string, number>();
  #older = new Map<string, number>();

  has(correlationId: string, edge: number): boolean {
    const key = keyOf(correlationId, edge);
    const bit = 1 << (edge % edgesPerWord);
    return ((this.#younger.get(key) ?? this.#older.get(key) ?? 0) & bit) !== 0;
  }

  /** @returns false when it was known */
  add(correlationId: string, edge: number): boolean {
    const key = keyOf(correlationId, edge);
    const bit = 1 << (edge % edgesPerWord);
    // The first edge of an id that comes to the younger generation brings those of the older with it.
    const seen = this.#younger.get(key) ?? this.#older.get(key) ?? 0;
    if ((seen & bit) !== 0) return false;
    this.#younger.set(key, seen | bit);
    if (this.#younger.size >= generationSize) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    return true;
  }
}

function keyOf(correlationId: string, edge: number): string {
  return edge < edgesPerWord ? correlationId : `${correlationId}/${Math.floor(edge / edgesPerWord)}`;
}
