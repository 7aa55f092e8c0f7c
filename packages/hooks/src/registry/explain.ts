import type { HookInput } from "../events/input.ts";
import type { CircuitBreaker } from "../guard/circuit-breaker.ts";
import type { Clock } from "../guard/clock.ts";
import { formatDuration } from "../guard/duration.ts";
import { checkEligibility } from "../guard/eligibility.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";
import type { SkipReason } from "../guard/outcome.ts";
import { fitsRule } from "../matching/rule.ts";
import type { HookEntry } from "./entry.ts";
import { identityOf, type PlannedHook } from "./plan.ts";

/** Whether one hook would run, and why (not). */
export interface Explanation {
  readonly name: string;
  readonly source?: string;
  readonly wouldRun: boolean;
  readonly reason?: SkipReason | "broken";
  /** One sentence part: `matcher Bash`, `eslint is not on PATH`. */
  readonly detail: string;
  readonly onFailure: FailurePolicy;
  /** Whether not running means a block. */
  readonly blocks: boolean;
}

interface ExplainContext {
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
}

interface Reason {
  readonly reason: SkipReason | "broken";
  readonly detail: string;
}

export function explainEntry(hook: PlannedHook, input: HookInput, context: ExplainContext): Explanation {
  const { entry } = hook;
  const onFailure = entry.matcher.onFailure ?? "continue";
  const reason = reasonNotToRun(hook, input, context);
  if (!reason) {
    return { ...identityOf(entry), wouldRun: true, detail: filterOf(entry), onFailure, blocks: false };
  }
  const isHarmless = ["no-match", "disabled", "duplicate", "decided"].includes(reason.reason);
  return { ...identityOf(entry), wouldRun: false, ...reason, onFailure, blocks: onFailure === "block" && !isHarmless };
}

function reasonNotToRun(
  { entry, skipped }: PlannedHook,
  input: HookInput,
  context: ExplainContext,
): Reason | undefined {
  if (skipped) return { reason: skipped.reason!, detail: skipped.detail! };
  if (entry.rule && !fitsRule(entry.rule, input)) {
    return { reason: "no-match", detail: `the call does not fall under ${entry.matcher.if}` };
  }
  const { unavailable, requires, name } = entry.matcher;
  if (unavailable) return { reason: unavailable.reason ?? "broken", detail: unavailable.detail };
  const missing = requires && checkEligibility(requires, { env: context.env });
  if (missing) return { reason: "ineligible", detail: missing.message };
  return name === undefined ? undefined : breakerReason(name, context);
}

function breakerReason(name: string, { breaker, clock }: ExplainContext): Reason | undefined {
  const status = breaker.status(name);
  if (status.state !== "open") return undefined;
  const left = formatDuration(status.until - clock.now());
  return { reason: "breaker-open", detail: `breaker open for ${left} more (${status.failures} failures in a row)` };
}

function filterOf(entry: HookEntry): string {
  const { matcher } = entry.matcher;
  const matched = matcher === undefined || matcher === "" || matcher === "*" ? "matches all" : `matcher ${matcher}`;
  return entry.matcher.if === undefined ? matched : `${matched}, if ${entry.matcher.if}`;
}
