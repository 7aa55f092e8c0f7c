import type { HttpRequest } from "./message.ts";

/**
 * The bytes of a request's body, or undefined when there are more than `limit`: no more than that is ever held.
 */
export async function readBody(request: HttpRequest, limit: number): Promise<Buffer | undefined> {
  const announced = request.headers.get("content-length");
  if (announced === null)
    return request.headers.has("transfer-encoding") ? readStream(request.body, limit) : Buffer.alloc(0);
  // The HTTP parser ends a body at its announced length.
  if (Number(announced) > limit) return undefined;
  return readAnnounced(request);
}

/** A body of known length needs no stream, which costs several times as much. */
export async function readAnnounced(request: HttpRequest): Promise<Buffer> {
  if (request.bytes === undefined) return Buffer.from(await request.arrayBuffer());
  const bytes = await request.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** As many bytes as the stream has, or undefined when there are more than `limit`. */
export async function readStream(stream: HttpRequest["body"], limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
