import type { Clock } from "@pawl/hooks/guard";

interface Entry<T> {
  readonly due: number;
  readonly order: number;
  readonly item: T;
}

/** Many things that become due, one timer for all of them: a heap by time, then by the order of being added. */
export class DueQueue<T> {
  readonly #clock: Clock;
  readonly #handle: (item: T) => void;
  readonly #heap: Entry<T>[] = [];
  #order = 0;
  #cancel: (() => void) | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: Clock, handle: (item: T) => void) {
    this.#clock = clock;
    this.#handle = handle;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** `due`: milliseconds since 1970. */
  add(item: T, due: number): void {
    if (this.#closed) return;
    this.#heap.push({ due, order: this.#order++, item });
    this.#rise(this.#heap.length - 1);
    this.#arm();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#heap.length = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.due >= this.#armedFor) return;
    this.#cancel?.();
    this.#armedFor = first.due;
    this.#cancel = this.#clock.after(Math.max(0, first.due - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    const now = this.#clock.now();
    while (!this.#closed && this.#heap.length > 0 && this.#heap[0]!.due <= now) this.#handle(this.#pop());
    if (!this.#closed) this.#arm();
  }

  #isBefore(a: number, b: number): boolean {
    const x = this.#heap[a]!;
    const y = this.#heap[b]!;
    return x.due < y.due || (x.due === y.due && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    const entry = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = entry;
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): T {
    const top = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return top.item;
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }
}
