const newline = 0x0a;

/** Cuts a stream of bytes into lines. What is beyond `maxBytes` without a newline is reported once, then dropped. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: () => void;
  #parts: Buffer[] = [];
  #length = 0;
  #isOver = false;

  constructor(maxBytes: number, onLine: (line: string) => void, onTooLong: () => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  feed(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1 && !this.#isOver; end = chunk.indexOf(newline, start)) {
      this.#add(chunk.subarray(start, end));
      this.flush();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  /** Gives what has been read of an unfinished line as a line. */
  flush(): void {
    if (this.#isOver || this.#length === 0) return;
    const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#onLine(line.toString("utf8"));
  }

  #add(part: Buffer): void {
    if (this.#isOver || part.length === 0) return;
    this.#length += part.length;
    if (this.#length > this.#maxBytes) {
      this.#isOver = true;
      this.#parts = [];
      this.#onTooLong();
    } else this.#parts.push(part);
  }
}
