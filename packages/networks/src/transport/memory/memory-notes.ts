import type { Clock } from "@pawl/hooks/guard";
import type { Note, Receipt } from "../transport.ts";

const sweepEvery = 10_000;

/** Notes and receipts of one network, forgotten some time after they have expired. */
export class MemoryNotes {
  readonly #clock: Clock;
  readonly #notes = new Map<string, Note>();
  readonly #receipts = new Map<string, Receipt>();
  #writes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(pod: number, name: string): string | undefined {
    const note = this.#notes.get(`${pod}/${name}`);
    return note === undefined || (note.until ?? Number.POSITIVE_INFINITY) < this.#clock.now() ? undefined : note.value;
  }

  set(note: Note): void {
    const key = `${note.pod}/${note.name}`;
    if (note.value === undefined) this.#notes.delete(key);
    else this.#notes.set(key, note);
    this.#sweep();
  }

  receipt(of: { readonly pod: number; readonly key: string }): Receipt | undefined {
    const receipt = this.#receipts.get(`${of.pod}/${of.key}`);
    return receipt === undefined || receipt.until < this.#clock.now() ? undefined : receipt;
  }

  keepReceipt(receipt: Receipt): void {
    this.#receipts.set(`${receipt.pod}/${receipt.key}`, receipt);
    this.#sweep();
  }

  #sweep(): void {
    this.#writes++;
    if (this.#writes % sweepEvery !== 0) return;
    const now = this.#clock.now();
    for (const [key, note] of this.#notes) if ((note.until ?? Number.POSITIVE_INFINITY) < now) this.#notes.delete(key);
    for (const [key, receipt] of this.#receipts) if (receipt.until < now) this.#receipts.delete(key);
  }
}
