import { didYouMean, nearest } from "../diagnostics/nearest.ts";
import { type HookEvent, isHookEvent } from "../events/names.ts";
import type { HookDecision, HookOutput, HookSpecificOutput } from "./output.ts";
import { parseSpecific, specificKeys } from "./parse-specific.ts";
import { expected, isRecord, type Mutable, OutputProblem } from "./problem.ts";

/** What a hook said, or the sentence that says why it cannot be understood. */
export type ParsedOutput =
  | { readonly ok: true; readonly output: HookOutput; readonly warnings: readonly OutputWarning[] }
  | { readonly ok: false; readonly problem: string };

export interface OutputWarning {
  readonly code: "unknown-output-key" | "misplaced-output-key" | "hook-event-name-missing";
  readonly message: string;
}

const none: readonly OutputWarning[] = [];
const nothing: ParsedOutput = { ok: true, output: {}, warnings: none };

const decisions: Readonly<Record<string, HookDecision>> = {
  approve: "approve",
  block: "block",
  // Other agents' words for the same.
  allow: "approve",
  deny: "block",
};

const topKeys = [
  "continue",
  "stopReason",
  "suppressOutput",
  "decision",
  "reason",
  "systemMessage",
  "hookSpecificOutput",
];
/** Keys that belong in `hookSpecificOutput`; at the top they are obeyed, with a warning, rather than lost. */
const movable = new Set(["permissionDecision", "permissionDecisionReason", "updatedInput", "additionalContext"]);

/** `stop_reason` and `stopReason` are one key. */
export function camelCase(key: string): string {
  return key.includes("_") ? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : key;
}

/** Reads what a hook answered, in either spelling. Never throws. */
export function parseHookOutput(value: unknown, event: HookEvent): ParsedOutput {
  if (value === undefined || value === null) return nothing;
  try {
    if (!isRecord(value)) throw expected("the output", "an object", value);
    return "async" in value && value.async !== undefined && value.async !== null && value.async !== false
      ? parseAsync(value)
      : parseSync(value, event);
  } catch (error) {
    if (error instanceof OutputProblem) return { ok: false, problem: error.message };
    return { ok: false, problem: "The output cannot be read." };
  }
}

function parseAsync(value: Readonly<Record<string, unknown>>): ParsedOutput {
  if (value.async !== true) throw expected("async", "true", value.async);
  const timeout = value.asyncTimeout ?? value.async_timeout;
  if (timeout !== undefined && timeout !== null && !(typeof timeout === "number" && timeout >= 0)) {
    throw expected("asyncTimeout", "a number of milliseconds", timeout);
  }
  const result = value.result instanceof Promise ? { result: value.result as Promise<HookOutput | void> } : {};
  return {
    ok: true,
    output: { async: true, ...(typeof timeout === "number" ? { asyncTimeout: timeout } : {}), ...result },
    warnings: [],
  };
}

function parseSync(value: Readonly<Record<string, unknown>>, event: HookEvent): ParsedOutput {
  const output: Mutable<Exclude<HookOutput, { async: true }>> = {};
  let warnings: OutputWarning[] | undefined;
  let moved: Record<string, unknown> | undefined;
  for (const written of Object.keys(value)) {
    const entry = value[written];
    if (entry === undefined || entry === null || written === "async") continue;
    const key = camelCase(written);
    switch (key) {
      case "continue":
      case "suppressOutput":
        if (typeof entry !== "boolean") throw expected(written, "true or false", entry);
        output[key] = entry;
        break;
      case "stopReason":
      case "reason":
      case "systemMessage":
        // A script that echoes its input may have anything here; it matters only beside a decision.
        if (typeof entry !== "string") throw expected(written, "a text", entry);
        output[key] = entry;
        break;
      case "decision":
        output.decision = parseDecision(written, entry);
        break;
      case "hookSpecificOutput":
        output.hookSpecificOutput = parseSpecific(entry, event);
        break;
      default:
        if (movable.has(key)) {
          moved ??= {};
          moved[key] = entry;
        } else warnings = withUnknownKey(warnings, written, key);
    }
  }
  if (output.hookSpecificOutput && output.hookSpecificOutput.hookEventName === undefined) {
    warnings = [...(warnings ?? []), missingEventName(event)];
  }
  if (moved) {
    output.hookSpecificOutput = { ...parseSpecific(moved, event), ...output.hookSpecificOutput } as HookSpecificOutput;
    warnings = [...(warnings ?? []), ...Object.keys(moved).map(misplaced)];
  }
  return { ok: true, output, warnings: warnings ?? none };
}

function parseDecision(written: string, entry: unknown): HookDecision {
  const decision = typeof entry === "string" && Object.hasOwn(decisions, entry) ? decisions[entry] : undefined;
  if (!decision) throw expected(written, '"approve" or "block"', entry);
  return decision;
}

/** Only a key that looks like a slip of a known one is worth a warning: many scripts echo their input. */
function withUnknownKey(
  warnings: readonly OutputWarning[] | undefined,
  written: string,
  key: string,
): OutputWarning[] | undefined {
  const known = [...topKeys, ...specificKeys.filter((name) => name !== "hookEventName")];
  const before = warnings ?? none;
  if (isHookEvent(key) || before.length >= 10 || nearest(key, known) === undefined) {
    return warnings === undefined ? undefined : [...before];
  }
  const message = `The output has an unknown key "${written}".${didYouMean(key, known)}`;
  return [...before, { code: "unknown-output-key", message }];
}

function missingEventName(event: HookEvent): OutputWarning {
  return {
    code: "hook-event-name-missing",
    message: `hookSpecificOutput has no hookEventName; other agents ignore it then. Add "hookEventName": "${event}".`,
  };
}

function misplaced(key: string): OutputWarning {
  return {
    code: "misplaced-output-key",
    message: `"${key}" stands at the top of the output; other agents ignore it there. It belongs in hookSpecificOutput.`,
  };
}
