import { createLogger } from "@pawl/hooks/guard";
import type { Json } from "../json.ts";
import { collectInput } from "../questions/collect-input.ts";
import type { CollectorContext, InputCollector, WantedInput } from "../questions/input-collector.ts";
import { harnessFlow } from "./collect-events.ts";

/** What a collector gives, when it fits, and what was said about it otherwise. */
export async function askCollector(
  collector: InputCollector,
  wanted: Pick<WantedInput, "name"> & Partial<WantedInput>,
  surroundings: Pick<CollectorContext, "projectDir" | "env">,
): Promise<{ readonly value: Json | undefined; readonly log: readonly string[] }> {
  const log: string[] = [];
  const full: WantedInput = {
    kind: "run",
    flow: harnessFlow,
    message: wanted.name,
    input: { type: "string", required: true },
    secret: false,
    runId: undefined,
    ...wanted,
  };
  const found = await collectInput([collector], full, {
    ...surroundings,
    signal: new AbortController().signal,
    log: createLogger((_, message) => void log.push(message)),
    isInteractive: false,
  });
  return { value: found?.value, log };
}
