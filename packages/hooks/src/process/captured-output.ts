import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

export interface CaptureOptions {
  readonly maxBytes: number;
  readonly onText?: ((text: string) => void) | undefined;
  readonly onOverflow?: (() => void) | undefined;
}

/** Reads a stream to its end, keeps its beginning, and drops what is beyond. */
export class CapturedOutput {
  readonly stream: Readable;
  readonly #options: CaptureOptions;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  /** Everything that came, dropped bytes included. */
  totalBytes = 0;

  constructor(stream: Readable, options: CaptureOptions) {
    this.stream = stream;
    this.#options = options;
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
    stream.on("error", () => {}); // a broken pipe is an end
    const { onText } = options;
    if (onText) {
      const decoder = new StringDecoder("utf8");
      stream.on("data", (chunk: Buffer) => {
        const text = decoder.write(chunk);
        if (text !== "") onText(text);
      });
      stream.on("end", () => {
        const rest = decoder.end();
        if (rest !== "") onText(rest);
      });
    }
  }

  get isTruncated(): boolean {
    return this.totalBytes > this.#options.maxBytes;
  }

  /** What was kept. A character cut in two by the limit is left out. */
  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    return this.isTruncated ? new StringDecoder("utf8").write(bytes) : bytes.toString("utf8");
  }

  #take(chunk: Buffer): void {
    const hadRoom = !this.isTruncated;
    this.totalBytes += chunk.length;
    const room = this.#options.maxBytes - this.#kept;
    if (room > 0) {
      // Copied when cut, so that the dropped part is not kept alive by the rest.
      this.#chunks.push(chunk.length <= room ? chunk : Buffer.from(chunk.subarray(0, room)));
      this.#kept += Math.min(room, chunk.length);
    }
    if (hadRoom && this.isTruncated) this.#options.onOverflow?.();
  }
}
