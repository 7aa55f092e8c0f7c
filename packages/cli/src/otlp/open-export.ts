import type { Store } from "@pawl/flows";
import type { TraceExport } from "./trace-export.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A process has one, as it has one environment. */
let current: TraceExport | undefined;

/** Whether the environment names a receiver of traces. */
export function wantsExport(env: Env): boolean {
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/**
 * Sends what happens in this process to where the environment says, until the result is called. Nothing is loaded when it
 * says nothing.
 * @throws CommandError for a protocol that is not spoken here
 */
export async function startExport(env: Env, warn: (message: string) => void): Promise<() => Promise<void>> {
  if (!wantsExport(env)) return async () => {};
  const [{ otlpSettings }, { TraceExport }] = await Promise.all([import("./settings.ts"), import("./trace-export.ts")]);
  const settings = otlpSettings(env);
  if (settings === undefined) return async () => {};
  current = new TraceExport(settings, warn);
  return async () => {
    await current?.close();
    current = undefined;
  };
}

/** The runs of this store that end in this process are sent too. Call the result before the store is closed. */
export function exportRuns(store: Store): () => Promise<void> {
  return current?.follow(store) ?? (async () => {});
}
