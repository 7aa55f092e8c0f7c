import { messageOf } from "../diagnostics/message-of.ts";
import type { HookInput } from "../events/input.ts";
import { guard } from "../guard/guard.ts";
import type { GuardOptions } from "../guard/guard-options.ts";
import type { Outcome } from "../guard/outcome.ts";
import type { HookEntry } from "./entry.ts";
import type { UnderstoodOutput } from "./invoke.ts";

export type CallOutcome = Outcome<UnderstoodOutput>;

/** Calls one hook under the guard. An answer that cannot be understood is a failure like a crash. */
export function callHook(
  entry: HookEntry,
  input: HookInput,
  options: GuardOptions,
): CallOutcome | Promise<CallOutcome> {
  return guard(entry.invoke!, options, input);
}

/** One sentence about an outcome that is not `ok`. */
export function detailOf(outcome: Outcome<unknown>): string | undefined {
  switch (outcome.status) {
    case "ok":
      return undefined;
    case "failed":
      return cut(messageOf(outcome.error));
    case "timeout":
      return `no answer in ${outcome.timeoutMs} ms`;
    case "cancelled":
      return `cancelled: ${cut(messageOf(outcome.reason))}`;
    case "skipped":
      return outcome.detail;
  }
}

const longestMessage = 2_000;

function cut(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}
