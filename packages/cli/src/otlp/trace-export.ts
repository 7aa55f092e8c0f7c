import type { Store } from "@pawl/flows";
import { onGuardCall } from "@pawl/hooks/guard";
import { callSpan } from "./call-span.ts";
import { runSpans } from "./run-spans.ts";
import type { OtlpSettings } from "./settings.ts";
import { SpanQueue } from "./span-queue.ts";

/** Sends what happens in this process to an OTLP receiver. */
export class TraceExport {
  readonly #queue: SpanQueue;
  readonly #stopListening: () => void;

  constructor(settings: OtlpSettings, warn: (message: string) => void) {
    this.#queue = new SpanQueue(settings, warn);
    this.#stopListening = onGuardCall(
      (record) => {
        const span = callSpan(record);
        if (span !== undefined) this.#queue.add([span]);
      },
      { spans: true },
    );
  }

  /** The runs that end in this process are sent too. @returns the undo, which waits until they are read */
  follow({ events, durability }: Store): () => Promise<void> {
    const open = new Set<Promise<void>>();
    const send = async (runId: string): Promise<void> => {
      const run = await durability.get(runId);
      if (run !== undefined) this.#queue.add(runSpans(run, await durability.steps(runId)));
    };
    const stop = events.subscribe(({ type, runId }) => {
      if (type !== "run-ended" || runId === undefined) return;
      const reading = send(runId)
        .catch(() => {})
        .finally(() => open.delete(reading));
      open.add(reading);
    });
    return async () => {
      stop();
      await Promise.all(open);
    };
  }

  /** Resolves when everything has been sent, or given up. */
  async close(): Promise<void> {
    this.#stopListening();
    await this.#queue.close();
  }
}
