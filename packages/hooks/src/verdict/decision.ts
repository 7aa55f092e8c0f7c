import type { HookEvent } from "../events/names.ts";
import { eventRules } from "../events/rules.ts";
import type { SyncHookOutput } from "../output/output.ts";
import type { VerdictDecision } from "./verdict.ts";

/** One decision with the words that came with it. */
export interface Decision {
  readonly decision: VerdictDecision;
  readonly reason?: string | undefined;
}

const strictness: Readonly<Record<VerdictDecision, number>> = { none: 0, allow: 1, ask: 2, defer: 3, deny: 4 };

export function isStricter(a: VerdictDecision, b: VerdictDecision): boolean {
  return strictness[a] > strictness[b];
}

const undecided: Decision = { decision: "none" };

/** What one output decides about its event; where it says two things, the stricter one. */
export function decisionOf(output: SyncHookOutput, event: HookEvent): Decision {
  const plain = plainDecision(output, event);
  const specific = specificDecision(output, event);
  if (isStricter(plain.decision, specific.decision)) return plain;
  return specific.decision === "none" ? plain : specific;
}

function plainDecision(output: SyncHookOutput, event: HookEvent): Decision {
  if (output.decision === "block") return { decision: "deny", reason: output.reason };
  if (output.decision === "approve" && eventRules[event].permission)
    return { decision: "allow", reason: output.reason };
  return undecided;
}

function specificDecision(output: SyncHookOutput, event: HookEvent): Decision {
  const specific = output.hookSpecificOutput;
  if (specific === undefined) return undecided;
  const asked = specific.decision;
  if (asked !== undefined && event === "PermissionRequest") {
    return asked.behavior === "deny"
      ? { decision: "deny", reason: asked.message ?? output.reason }
      : { decision: "allow", reason: output.reason };
  }
  if (specific.permissionDecision !== undefined) {
    return { decision: specific.permissionDecision, reason: specific.permissionDecisionReason ?? output.reason };
  }
  if (event === "Elicitation" || event === "ElicitationResult") {
    const isRefused = specific.action === "decline" || specific.action === "cancel";
    return isRefused ? { decision: "deny", reason: output.reason } : undecided;
  }
  return undecided;
}
