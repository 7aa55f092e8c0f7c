import type { NodeContext } from "../node.ts";
import { NodeError, TransientError } from "../node.ts";

export interface Exchange {
  readonly url: string;
  readonly init: RequestInit;
  /** For the whole of it, the body included. */
  readonly timeoutMs: number;
  /** Whether internal addresses may be reached, too. */
  readonly allowsInternal: boolean;
}

/**
 * Sends a request and hands the response to `read`, both within one deadline and the life of the step.
 * @throws TransientError when no answer came, or it came too late; NodeError as `read` does
 */
export async function exchange<T>(
  { url, init, timeoutMs, allowsInternal }: Exchange,
  context: NodeContext,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(context.signal.reason);
  if (context.signal.aborted) stop();
  context.signal.addEventListener("abort", stop, { once: true });
  const late = new TransientError(`${url} gave no whole answer within ${timeoutMs} ms.`, { code: "http-timeout" });
  const cancelTimer = context.clock.after(timeoutMs, () => controller.abort(late));
  try {
    const send = allowsInternal ? fetch : (await import("./public-fetch.ts")).publicFetch;
    return await read(await send(url, { ...init, signal: controller.signal }));
  } catch (error) {
    if (error instanceof NodeError) throw error;
    if (controller.signal.aborted) throw controller.signal.reason;
    throw new TransientError(`${url} could not be reached: ${causeOf(error)}.`, {
      code: "connection-failed",
      cause: error,
    });
  } finally {
    cancelTimer();
    context.signal.removeEventListener("abort", stop);
  }
}

/** fetch says "fetch failed" and keeps the reason one or two levels below. */
function causeOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { code, message } = first as { code?: string; message?: string };
  return message || code || "unknown cause";
}

/** The body in chunks, refused once it is longer than `maxBytes`. */
export async function* limited(response: Response, maxBytes: number): AsyncGenerator<Uint8Array> {
  const tooLarge = new NodeError(
    `${response.url || "The server"} answers more than ${maxBytes} bytes; max_bytes allows no more.`,
    {
      code: "too-large",
    },
  );
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge;
  }
  let received = 0;
  for await (const chunk of response.body ?? []) {
    received += chunk.byteLength;
    if (received > maxBytes) throw tooLarge;
    yield chunk;
  }
}
