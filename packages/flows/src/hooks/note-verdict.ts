import type { HookReport, Verdict } from "@pawl/hooks";
import type { Json, JsonObject } from "../json.ts";
import type { ToolUse } from "./tool-use.ts";

const longestText = 2_000;

/** Writes down what became of each hook that met the step. Those that did not match have nothing to say. */
export function noteVerdict(use: ToolUse, verdict: Verdict): void {
  const met = verdict.hooks.filter(({ status, reason }) => status !== "skipped" || !silent.has(reason));
  if (met.length === 0) return;
  const { event, decision, reason } = verdict;
  use.note({
    event,
    decision,
    ...(reason === undefined ? {} : { reason: reason.slice(0, longestText) }),
    ...(isRewritten(verdict) ? { rewritten: true } : {}),
    hooks: met.map(saidBy),
  });
}

const silent: ReadonlySet<HookReport["reason"]> = new Set(["no-match", "decided", "duplicate"] as const);

function isRewritten({ input, originalInput }: Verdict): boolean {
  const before: unknown = Reflect.get(originalInput, "tool_input");
  return before !== undefined && Reflect.get(input, "tool_input") !== before;
}

function saidBy({ name, status, detail, durationMs, output }: HookReport): JsonObject {
  const said: Record<string, Json> = { name, status, durationMs: Math.round(durationMs * 1_000) / 1_000 };
  if (detail !== undefined) said.detail = detail.slice(0, longestText);
  if (output === undefined || output.async === true) return said;
  const { decision, hookSpecificOutput: specific } = output;
  const own = specific?.permissionDecision ?? decision;
  if (own !== undefined) said.decision = own;
  if (specific?.updatedInput !== undefined) said.rewritten = true;
  return said;
}
