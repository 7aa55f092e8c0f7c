import type { Socket } from "node:net";

const newline = 0x0a;

/**
 * Messages between two processes over a socket: all of one turn of the event loop are one line, so that many runs cost
 * one system call, as they cost one commit.
 */
export class Channel<Out, In> {
  readonly #socket: Socket;
  readonly #onMessage: (message: In) => void;
  #queue: Out[] = [];
  #parts: Buffer[] = [];
  #isScheduled = false;
  #isUrgent = false;
  #isClosed = false;

  constructor(socket: Socket, on: { message: (message: In) => void; close: () => void }) {
    this.#socket = socket;
    this.#onMessage = on.message;
    socket.on("data", (chunk: Buffer) => this.#feed(chunk));
    socket.on("error", () => {}); // `close` follows
    socket.on("end", () => socket.destroy());
    socket.once("close", () => {
      this.#isClosed = true;
      on.close();
    });
  }

  send(message: Out): void {
    if (this.#isClosed) return;
    this.#queue.push(message);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Not at the end of the turn, but before what else follows from what is being done: with all that is sent beside it. */
  sendSoon(message: Out): void {
    this.send(message);
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    queueMicrotask(() => {
      this.#isUrgent = false;
      this.flush();
    });
  }

  /** Sends what is queued, and ends this side. */
  close(): void {
    this.flush();
    this.#isClosed = true;
    this.#socket.end();
  }

  flush(): void {
    if (this.#isClosed || this.#queue.length === 0) return;
    const batch = this.#queue;
    this.#queue = [];
    this.#socket.write(`${JSON.stringify(batch)}\n`);
  }

  #feed(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#parts.push(chunk.subarray(start, end));
      start = end + 1;
      const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
      this.#parts = [];
      for (const message of JSON.parse(line.toString("utf8")) as In[]) this.#onMessage(message);
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
  }
}
