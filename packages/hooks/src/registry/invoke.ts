import { type HookInput, toolUseId } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import type { GuardedCall } from "../guard/guard.ts";
import { type ParsedOutput, parseHookOutput } from "../output/parse-output.ts";
import { HookError } from "./hook-error.ts";
import type { HookCallback } from "./hook-matcher.ts";

export type UnderstoodOutput = Extract<ParsedOutput, { ok: true }>;

/** A hook as the guard calls it. */
export type Invocation = GuardedCall<UnderstoodOutput, HookInput>;

/** Made once for a hook, and called with one input after the other. */
export function invocation(event: HookEvent, callback: HookCallback): Invocation {
  return (context, input) => {
    const answer = callback(input, toolUseId(input), context.signal);
    return answer instanceof Promise || isThenable(answer)
      ? (answer as Promise<unknown>).then((value) => understood(value, event))
      : understood(answer, event);
  };
}

/** @throws HookError `invalid-output` */
export function understood(value: unknown, event: HookEvent): UnderstoodOutput {
  const parsed = parseHookOutput(value, event);
  if (!parsed.ok) throw new HookError("invalid-output", parsed.problem);
  return parsed;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/**
 * Whether a function may look at its third argument, told by its parameters and, when they do not tell, its text: making a
 * signal costs more than most hooks.
 */
export function mayTakeSignal(callback: HookCallback): boolean {
  if (callback.length > 2) return true;
  return /\.\.\.|\barguments\b|\[native code\]|signal/i.test(Function.prototype.toString.call(callback));
}
