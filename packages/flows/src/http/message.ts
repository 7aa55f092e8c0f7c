/** Names are not case-sensitive; a header that came several times is one, joined by commas. */
export interface RequestHeaders extends Iterable<[name: string, value: string]> {
  get(name: string): string | null;
  has(name: string): boolean;
  /** As that of the web's, with names in lower case. */
  forEach(each: (value: string, name: string) => void): void;
}

/**
 * A request as handlers see it. A web `Request` is one too, so that handlers need no server to be called. The server has
 * its own, because making a web one costs as much as all the rest of a short request.
 */
export interface HttpRequest {
  /** Upper-case. */
  readonly method: string;
  /** Absolute. Nothing is said by its host: see the header. */
  readonly url: string;
  readonly headers: RequestHeaders;
  /** Aborted when the sender is gone before it was answered. */
  readonly signal: AbortSignal;
  /** As it comes. Nothing for methods without one. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** All of it. Rejects when the connection ends before the body does. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The same without a copy, where there is that. */
  bytes?(): Promise<Uint8Array>;
}

/** An answer that is there as a whole. What is streamed is a web `Response` instead. */
export class HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;

  /** @param headers names in lower case; the length of the body is added */
  constructor(status: number, headers: Readonly<Record<string, string>>, body: string) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}
