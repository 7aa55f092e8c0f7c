import { formatDuration, guard, type Outcome } from "@pawl/hooks/guard";
import { jsonOf, NotJsonError } from "../execution/json-value.ts";
import type { Json } from "../json.ts";
import type { CollectorContext, InputCollector, WantedInput } from "./input-collector.ts";
import { checkAnswer } from "./read-answer.ts";

const defaultTimeoutMs = 300_000;

/**
 * The first value that a collector gives and that fits, or nothing. One that fails, or gives something else than what is asked
 * for, is logged and passed over.
 */
export async function collectInput(
  collectors: readonly InputCollector[],
  wanted: WantedInput,
  context: CollectorContext,
): Promise<{ readonly value: Json; readonly by: string } | undefined> {
  for (const collector of collectors) {
    if (context.signal.aborted) return undefined;
    const outcome = await guard(
      ({ signal }) => collector.collect(wanted, { ...context, signal: AbortSignal.any([context.signal, signal]) }),
      {
        name: collector.name,
        point: "input",
        timeoutMs: collector.timeoutMs ?? defaultTimeoutMs,
        signal: context.signal,
      },
    );
    const read = readOutcome(outcome, wanted);
    if ("value" in read) return { value: read.value, by: collector.name };
    if (read.problem !== undefined) {
      context.log.warn(`The input collector ${collector.name} gave no ${wanted.name}: ${read.problem}.`);
    }
  }
  return undefined;
}

function readOutcome(
  outcome: Outcome<Json | undefined>,
  { input }: WantedInput,
): { readonly value: Json } | { readonly problem: string | undefined } {
  switch (outcome.status) {
    case "ok":
      return outcome.value === undefined ? { problem: undefined } : readValue(outcome.value, input);
    case "failed":
      return { problem: outcome.error instanceof Error ? outcome.error.message : String(outcome.error) };
    case "timeout":
      return { problem: `it took longer than ${formatDuration(outcome.timeoutMs)}` };
    default:
      return { problem: undefined };
  }
}

function readValue(value: unknown, input: WantedInput["input"]): ReturnType<typeof checkAnswer> {
  try {
    return checkAnswer(jsonOf(value), input);
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    return { problem: error.message };
  }
}
