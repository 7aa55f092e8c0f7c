import { type HttpRequest, type JsonObject, readAnnounced } from "@pawl/flows";
import type { Deadlines } from "../schedule/deadlines.ts";
import { Refusal } from "./answer.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  /** For the whole body, so that a slow client cannot hold a place for ever. */
  readonly deadlines: Deadlines;
}

const maxDepth = 200;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON object of a request. An empty body is an empty object.
 * @throws Refusal 400, 408, 413, 415
 */
export async function readBody(
  request: HttpRequest,
  limits: BodyLimits,
): Promise<{ payload: JsonObject; text: string }> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limits.maxBytes) throw tooLarge(limits);
  const text = declared > 0 ? await readWhole(request, limits) : await readText(request, limits);
  if (text.trim() === "") return { payload: {}, text: "" };
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Refusal(415, "unsupported_media_type", "The body is JSON, and content-type says so: application/json.");
  }
  return { payload: parseObject(text), text };
}

function tooLarge(limits: BodyLimits): Refusal {
  return new Refusal(413, "too_large", `The body has more than ${limits.maxBytes} bytes.`);
}

/** A body of known length needs no stream, which costs several times as much. The HTTP parser ends it at that length. */
function readWhole(request: HttpRequest, { deadlines }: BodyLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    const deadline = deadlines.begin(() => reject(late()));
    readAnnounced(request).then(
      (bytes) => {
        deadlines.end(deadline);
        try {
          resolve(decode(bytes));
        } catch (error) {
          reject(error);
        }
      },
      () => {
        deadlines.end(deadline);
        reject(cutOff());
      },
    );
  });
}

function late(): Refusal {
  return new Refusal(408, "timeout", "The body did not come in time.");
}

function cutOff(): Refusal {
  return new Refusal(400, "bad_request", "The connection ended before the body did.");
}

async function readText(request: HttpRequest, limits: BodyLimits): Promise<string> {
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isLate = false;
  const deadline = limits.deadlines.begin(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw late();
      if (done) break;
      size += value.byteLength;
      if (size > limits.maxBytes) {
        reader.cancel().catch(() => {});
        throw tooLarge(limits);
      }
      chunks.push(value);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : cutOff();
  } finally {
    limits.deadlines.end(deadline);
  }
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal(400, "bad_json", "The body is not UTF-8.");
  }
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, "bad_json", `The body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const came = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
    throw new Refusal(400, "not_object", `The body is a JSON object; here it is ${came}.`);
  }
  if (text.length > 2 * maxDepth && isDeeperThan(text, maxDepth)) {
    throw new Refusal(400, "bad_json", `The body is nested more than ${maxDepth} levels deep.`);
  }
  return value as JsonObject;
}

/** Of text that is JSON: counts brackets outside of strings. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '"') {
      index++;
      while (text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
    } else if (char === "{" || char === "[") {
      depth++;
      if (depth > limit) return true;
    } else if (char === "}" || char === "]") depth--;
  }
  return false;
}
