import type { Cursor } from "../../log/cursor.ts";
import type { ProjectEvent } from "../../log/project-event.ts";
import type { LogPage, ProjectLog } from "../../log/project-log.ts";

const heartbeatMs = 15_000;
/** What other processes write is found only by looking. */
const lookEveryMs = 250;

export interface StreamOptions {
  readonly log: ProjectLog;
  /** What comes first; then what follows it. */
  readonly first: () => Promise<LogPage>;
  /** The next events after a place; none when there are none yet. */
  readonly read: (after: Cursor) => Promise<LogPage>;
  /** Whether nothing more will come. Asked before reading, so that what came with the end is read too. */
  readonly isOver: () => Promise<boolean>;
  readonly closing: AbortSignal;
}

/** Events as they are stored, each with its cursor as id, so that a reader goes on where it was cut off. */
export function eventStream(options: StreamOptions): Response {
  const source = new EventSource(options);
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => source.pull(controller),
    cancel: () => source.close(),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

/** Reads only as fast as the reader takes. */
class EventSource {
  readonly #options: StreamOptions;
  readonly #encoder = new TextEncoder();
  readonly #unsubscribe: () => void;
  #after: Cursor | undefined;
  #hasNews = true;
  #isClosed = false;
  #wake: () => void = () => {};
  #lastSentAt = performance.now();

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#unsubscribe = options.log.subscribe(() => {
      this.#hasNews = true;
      this.#wake();
    });
    options.closing.addEventListener("abort", () => this.#wake(), { once: true });
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#wake();
  }

  /** Adds at least something: the stream would not ask again otherwise. */
  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      if (this.#isClosed) return;
      const isLast = this.#options.closing.aborted || (await this.#options.isOver());
      this.#hasNews = false;
      const { read, first } = this.#options;
      const { events, cursor, hasMore } = await (this.#after === undefined ? first() : read(this.#after));
      if (this.#isClosed) return;
      this.#after = cursor;
      if (events.length > 0) return this.#send(controller, events.map(written).join(""));
      if (hasMore) continue;
      if (isLast) {
        if (!this.#options.closing.aborted) this.#send(controller, "event: end\ndata: {}\n\n");
        this.close();
        return controller.close();
      }
      if (performance.now() - this.#lastSentAt >= heartbeatMs) return this.#send(controller, ": still here\n\n");
      await this.#news();
    }
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    this.#lastSentAt = performance.now();
    controller.enqueue(this.#encoder.encode(text));
  }

  async #news(): Promise<void> {
    if (this.#hasNews) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function written(event: ProjectEvent): string {
  return `id: ${event.cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
