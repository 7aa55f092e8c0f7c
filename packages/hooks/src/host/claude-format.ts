import { eventRules } from "../events/rules.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** What a hook program of Claude Code prints, and how it exits. */
export interface ClaudeAnswer {
  /** JSON, or nothing when there is nothing to say. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 2;
}

/** Says a verdict in Claude Code's protocol, so that Pawl can be the one hook in another agent's settings. */
export function formatForClaude(verdict: Verdict): ClaudeAnswer {
  const output = {
    ...(verdict.continue ? {} : { continue: false, ...present("stopReason", verdict.stopReason) }),
    ...(verdict.suppressOutput ? { suppressOutput: true } : {}),
    ...present("systemMessage", verdict.systemMessages.join("\n") || undefined),
    ...plainDecision(verdict),
    ...specificOutput(verdict),
  };
  const stdout = Object.keys(output).length === 0 ? "" : `${JSON.stringify(output)}\n`;
  // A permission request knows no exit code 2; every other blocked event does, and some know nothing else.
  const isBlock = verdict.blocked && verdict.event !== "PermissionRequest";
  const reason = verdict.reason ?? "A hook blocked this.";
  return { stdout, stderr: isBlock ? `${reason}\n` : "", exitCode: isBlock ? 2 : 0 };
}

function plainDecision(verdict: Verdict): object {
  if (!verdict.blocked || eventRules[verdict.event].permission) return {};
  return { decision: "block", ...present("reason", verdict.reason) };
}

function specificOutput(verdict: Verdict): object {
  const specific = {
    ...verdict.specific,
    ...permissionOutput(verdict),
    ...present("additionalContext", verdict.additionalContext.join("\n\n") || undefined),
    ...("toolOutput" in verdict ? { updatedToolOutput: verdict.toolOutput } : {}),
  };
  if (Object.keys(specific).length === 0) return {};
  return { hookSpecificOutput: { hookEventName: verdict.event, ...specific } };
}

function permissionOutput(verdict: Verdict): object {
  if (verdict.event === "PermissionRequest") return present("decision", verdict.permission);
  if (!eventRules[verdict.event].permission) return {};
  const { input, originalInput } = verdict as unknown as Readonly<Record<string, { readonly tool_input?: unknown }>>;
  const isRewritten = input !== originalInput && !verdict.blocked;
  return {
    ...(verdict.decision === "none" ? {} : { permissionDecision: verdict.decision }),
    ...(verdict.decision === "none" ? {} : present("permissionDecisionReason", verdict.reason)),
    ...(isRewritten ? { updatedInput: input?.tool_input } : {}),
  };
}

function present(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value };
}
