import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRequest, RequestHeaders } from "@pawl/flows";

const methodsWithoutBody = new Set(["GET", "HEAD"]);
const goneMessage = "The connection ended before the request did.";

/** A request of Node's server as handlers see it. What a handler does not look at is not made. */
export class IncomingRequest implements HttpRequest {
  readonly method: string;
  readonly headers: RequestHeaders;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #signal: AbortSignal | undefined;
  #body: ReadableStream<Uint8Array> | undefined;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.method = incoming.method ?? "GET";
    this.headers = new IncomingHeaders(incoming.headers);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get url(): string {
    const target = this.#incoming.url ?? "/";
    return target.startsWith("/") ? `http://localhost${target}` : target;
  }

  get signal(): AbortSignal {
    this.#signal ??= abortedWhenGone(this.#outgoing);
    return this.#signal;
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (methodsWithoutBody.has(this.method)) return null;
    this.#body ??= streamOf(this.#incoming);
    return this.#body;
  }

  bytes(): Promise<Uint8Array> {
    const incoming = this.#incoming;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const end = () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      if (incoming.readableEnded) return end();
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", end);
      // An error is followed by it.
      incoming.on("close", () => {
        // It closes after its end too, and an error for nobody costs as much as the reading.
        if (!incoming.readableEnded) reject(new Error(goneMessage));
      });
    });
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(await this.bytes()).buffer;
  }
}

/** Node has joined what came several times, and dropped what may come only once. */
class IncomingHeaders implements RequestHeaders {
  readonly #headers: IncomingMessage["headers"];

  constructor(headers: IncomingMessage["headers"]) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    return textOf(this.#headers[name.toLowerCase()]) ?? null;
  }

  has(name: string): boolean {
    return this.#headers[name.toLowerCase()] !== undefined;
  }

  forEach(each: (value: string, name: string) => void): void {
    for (const name in this.#headers) each(textOf(this.#headers[name]) ?? "", name);
  }

  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const name in this.#headers) yield [name, textOf(this.#headers[name]) ?? ""];
  }
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "object" ? value.join(", ") : value;
}

function abortedWhenGone(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) controller.abort(new Error(goneMessage));
  });
  return controller.signal;
}

/** Taken no faster than it is read. Who stops reading leaves the connection open for the answer. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let stop = () => {};
  return new ReadableStream({
    start(controller) {
      const take = (chunk: Uint8Array) => {
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      };
      const end = () => {
        stop();
        controller.close();
      };
      const fail = () => {
        stop();
        controller.error(new Error(goneMessage));
      };
      stop = () => {
        incoming.off("data", take).off("end", end).off("close", fail);
      };
      incoming.on("data", take).on("end", end).on("close", fail);
      incoming.on("error", () => {}); // `close` follows
    },
    pull: () => void incoming.resume(),
    cancel: () => stop(),
  });
}
