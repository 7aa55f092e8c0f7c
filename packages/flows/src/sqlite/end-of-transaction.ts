import type { GroupWriter } from "./group-writer.ts";

/** Collects what operations of one transaction have in common, and does it once at its end. Forgotten with a roll-back. */
export class EndOfTransaction<T> {
  readonly #writer: GroupWriter;
  readonly #run: (items: readonly T[]) => void;
  #transaction = -1;
  #items: T[] | undefined;

  constructor(writer: GroupWriter, run: (items: readonly T[]) => void) {
    this.#writer = writer;
    this.#run = run;
  }

  /** What is added by what is done at the end is done after it. */
  add(item: T): void {
    const { transaction } = this.#writer;
    if (this.#items === undefined || this.#transaction !== transaction) {
      this.#transaction = transaction;
      this.#items = [];
      this.#writer.atEnd(() => {
        const items = this.#items ?? [];
        this.#items = undefined;
        this.#run(items);
      });
    }
    this.#items.push(item);
  }
}
