import { messageOf } from "../diagnostics/message-of.ts";
import { type HookInput, toolUseId } from "../events/input.ts";
import type { GuardContext } from "../guard/call-context.ts";
import { guard } from "../guard/guard.ts";
import type { GuardOptions } from "../guard/guard-options.ts";
import type { Outcome } from "../guard/outcome.ts";
import { type ParsedOutput, parseHookOutput } from "../output/parse-output.ts";
import type { HookEntry } from "./entry.ts";
import { HookError } from "./hook-error.ts";

export type UnderstoodOutput = Extract<ParsedOutput, { ok: true }>;
export type CallOutcome = Outcome<UnderstoodOutput>;

/** For hooks that cannot look at their signal. */
const neverAborted: AbortSignal = new AbortController().signal;

/** Calls one hook under the guard. An answer that cannot be understood is a failure like a crash. */
export function callHook(
  entry: HookEntry,
  input: HookInput,
  options: GuardOptions,
): CallOutcome | Promise<CallOutcome> {
  return guard((context: GuardContext) => {
    const answer = entry.callback!(input, toolUseId(input), entry.takesSignal ? context.signal : neverAborted);
    return answer instanceof Promise || isThenable(answer)
      ? (answer as Promise<unknown>).then((value) => understood(value, entry))
      : understood(answer, entry);
  }, options);
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** @throws HookError `invalid-output` */
export function understood(value: unknown, entry: HookEntry): UnderstoodOutput {
  const parsed = parseHookOutput(value, entry.event);
  if (!parsed.ok) throw new HookError("invalid-output", parsed.problem);
  return parsed;
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
