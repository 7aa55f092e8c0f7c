import type { MsgHdrs } from "@nats-io/transport-node";
import type { NatsClient } from "./client.ts";

/** What is said to the server about a message that was delivered. */
export const words = { done: bytesOf("+ACK"), again: bytesOf("-NAK"), working: bytesOf("+WPI") } as const;

/** The text of a message's data. A buffer reads it several times as fast as the decoder of the client. */
export function textOf(data: Uint8Array): string {
  if (data instanceof Buffer) return data.toString("utf8");
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8");
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/**
 * Headers of a publication, as the client wants them. It asks them for their bytes only, so they are written here, at a
 * fraction of the cost; a client that should ask for more gets its own.
 */
export function headersOf(
  client: NatsClient,
  { id, after }: { readonly id?: string | undefined; readonly after?: number | undefined },
): MsgHdrs | undefined {
  if (id === undefined && after === undefined) return undefined;
  if (client.encodesHeaders && (id === undefined || headerText.test(id))) return new WrittenHeaders(id, after) as never;
  const headers = client.headers();
  if (id !== undefined) headers.set(idHeader, id);
  if (after !== undefined) headers.set(afterHeader, String(after));
  return headers;
}

const idHeader = "Nats-Msg-Id";
const afterHeader = "Nats-Expected-Last-Subject-Sequence";

class WrittenHeaders {
  readonly #bytes: Uint8Array;

  constructor(id: string | undefined, after: number | undefined) {
    const first = id === undefined ? "" : `${idHeader}: ${id}\r\n`;
    const second = after === undefined ? "" : `${afterHeader}: ${after}\r\n`;
    this.#bytes = Buffer.from(`NATS/1.0\r\n${first}${second}\r\n`, "latin1");
  }

  encode(): Uint8Array {
    return this.#bytes;
  }
}

/** Visible ASCII: nothing that could end the line, or be read in two ways. */
const headerText = /^[!-~]+$/;
