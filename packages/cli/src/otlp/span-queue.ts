import type { OtlpSettings } from "./settings.ts";
import type { Span } from "./span.ts";

/** Spans that wait while the receiver is slow; then the oldest go. */
const mostWaiting = 8_192;
const mostInPost = 512;
const tries = 3;
const retryMs = 500;

/** Collects spans and posts them a little later. A receiver that is away costs nothing but the spans. */
export class SpanQueue {
  readonly #settings: OtlpSettings;
  readonly #warn: (message: string) => void;
  #waiting: Span[] = [];
  #timer: NodeJS.Timeout | undefined;
  #posting: Promise<void> = Promise.resolve();
  #dropped = 0;
  #hasWarned = false;

  constructor(settings: OtlpSettings, warn: (message: string) => void) {
    this.#settings = settings;
    this.#warn = warn;
  }

  add(spans: readonly Span[]): void {
    this.#waiting.push(...spans);
    const excess = this.#waiting.length - mostWaiting;
    if (excess > 0) this.#dropped += this.#waiting.splice(0, excess).length;
    this.#timer ??= setTimeout(() => this.#post(), this.#settings.delayMs).unref();
  }

  /** Resolves when everything has been posted, or given up. */
  async close(): Promise<void> {
    this.#post();
    await this.#posting;
    if (this.#dropped > 0)
      this.#complain(`${this.#dropped} spans were dropped, because they came faster than they went.`);
  }

  #post(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spans = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < spans.length; at += mostInPost) {
      const some = spans.slice(at, at + mostInPost);
      this.#posting = this.#posting.then(() => this.#send(some));
    }
  }

  async #send(spans: readonly Span[]): Promise<void> {
    const { url, format, headers, timeoutMs, resource } = this.#settings;
    const type = format === "json" ? "application/json" : "application/x-protobuf";
    const body = await encoded(spans, format, resource);
    for (let attempt = 1; ; attempt++) {
      const trouble = await post(url, { body, headers: { ...headers, "content-type": type }, timeoutMs });
      if (trouble === undefined) return;
      if (!trouble.isPassing || attempt === tries)
        return this.#complain(`Traces could not be sent to ${url}: ${trouble.why}`);
      await new Promise((resolve) => setTimeout(resolve, retryMs * attempt));
    }
  }

  /** Once: the same receiver will not be heard better the second time. */
  #complain(message: string): void {
    if (!this.#hasWarned) this.#warn(message);
    this.#hasWarned = true;
  }
}

async function encoded(
  spans: readonly Span[],
  format: OtlpSettings["format"],
  resource: OtlpSettings["resource"],
): Promise<string | Uint8Array> {
  if (format === "json") return (await import("./encode-json.ts")).encodeJson(spans, resource);
  return (await import("./encode-protobuf.ts")).encodeProtobuf(spans, resource);
}

interface Post {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

const passingStatuses = new Set([429, 502, 503, 504]);

async function post(
  url: string,
  { body, headers, timeoutMs }: Post,
): Promise<{ readonly why: string; readonly isPassing: boolean } | undefined> {
  try {
    const init = {
      method: "POST",
      headers,
      body: body as Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(timeoutMs),
    };
    const response = await fetch(url, init);
    await response.arrayBuffer();
    if (response.ok) return undefined;
    return { why: `it answered ${response.status}.`, isPassing: passingStatuses.has(response.status) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error), isPassing: true };
  }
}
