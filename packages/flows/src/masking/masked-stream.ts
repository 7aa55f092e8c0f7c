import type { Masker } from "./masker.ts";

/** Masks text that comes in pieces: what may be the beginning of a secret is kept until the next piece tells. */
export class MaskedStream {
  readonly #masker: Masker;
  readonly #write: (text: string) => void;
  #kept = "";

  constructor(masker: Masker, write: (text: string) => void) {
    this.#masker = masker;
    this.#write = write;
  }

  push(piece: string): void {
    const text = this.#kept + piece;
    const cut = this.#masker.cutOf(text);
    this.#kept = text.slice(cut);
    if (cut > 0) this.#write(this.#masker.maskText(text.slice(0, cut)));
  }

  end(): void {
    if (this.#kept !== "") this.#write(this.#masker.maskText(this.#kept));
    this.#kept = "";
  }
}
