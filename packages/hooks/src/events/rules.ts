import type { HookEvent } from "./names.ts";

/**
 * What a block does.
 * - `prevent`: what was about to happen does not.
 * - `feedback`: it has happened; the reason goes to the model.
 * - `go-on`: the agent does not stop but goes on with the reason.
 * - `none`: the event is observed only; a decision is reported and not obeyed.
 */
export type BlockEffect = "prevent" | "feedback" | "go-on" | "none";

export interface EventRule {
  /** The input field a matcher is tested on; without one, matchers are ignored. */
  readonly matched?: string;
  /** Whether the matcher sees only the last part of the path in the field. */
  readonly basename?: true;
  readonly block: BlockEffect;
  /** Whether `allow`, `ask` and `defer` mean something here, beside a block. */
  readonly permission?: true;
  /** Whether plain text on standard output is context for the model. */
  readonly textIsContext?: true;
  /** Whether it is about one tool call, so that an `if` rule can be tested. */
  readonly tool?: true;
}

const toolEvent = { matched: "tool_name", tool: true } as const;

/** How each event behaves. */
export const eventRules: Readonly<Record<HookEvent, EventRule>> = {
  PreToolUse: { ...toolEvent, block: "prevent", permission: true },
  PostToolUse: { ...toolEvent, block: "feedback" },
  PostToolUseFailure: { ...toolEvent, block: "feedback" },
  UserPromptSubmit: { block: "prevent", textIsContext: true },
  SessionStart: { matched: "source", block: "none", textIsContext: true },
  SessionEnd: { matched: "reason", block: "none" },
  Stop: { block: "go-on" },
  Notification: { matched: "notification_type", block: "none" },
  SubagentStart: { matched: "agent_type", block: "none" },
  SubagentStop: { matched: "agent_type", block: "go-on" },
  PreCompact: { matched: "trigger", block: "prevent" },
  PermissionRequest: { ...toolEvent, block: "prevent", permission: true },
  Setup: { matched: "trigger", block: "none" },
  TeammateIdle: { block: "go-on" },
  TaskCompleted: { block: "go-on" },
  ConfigChange: { matched: "source", block: "prevent" },
  WorktreeCreate: { block: "prevent" },
  WorktreeRemove: { block: "none" },
  PostToolBatch: { block: "prevent" },
  PermissionDenied: { ...toolEvent, block: "none" },
  UserPromptExpansion: { matched: "command_name", block: "prevent", textIsContext: true },
  StopFailure: { matched: "error", block: "none" },
  PostCompact: { matched: "trigger", block: "none" },
  PreModelSwitch: { block: "prevent", permission: true },
  PostModelSwitch: { block: "none" },
  TaskCreated: { block: "prevent" },
  InstructionsLoaded: { matched: "load_reason", block: "none" },
  CwdChanged: { block: "none" },
  FileChanged: { matched: "file_path", basename: true, block: "none" },
  DirectoryAdded: { matched: "source", block: "none" },
  Elicitation: { matched: "mcp_server_name", block: "prevent" },
  ElicitationResult: { matched: "mcp_server_name", block: "prevent" },
  MessageDisplay: { block: "none" },
};

/** Whether a block of this input is obeyed. Changes of policy settings are told, not asked. */
export function canBlock(event: HookEvent, input: { readonly source?: unknown }): boolean {
  if (event === "ConfigChange" && input.source === "policy_settings") return false;
  return eventRules[event].block !== "none";
}

/** What a matcher of this event is tested on; nothing when the field is missing or the event has none. */
export function subjectOf(event: HookEvent, input: object): string | undefined {
  const rule = eventRules[event];
  if (rule.matched === undefined) return undefined;
  const value = (input as Readonly<Record<string, unknown>>)[rule.matched];
  if (typeof value !== "string") return undefined;
  return rule.basename ? value.slice(Math.max(value.lastIndexOf("/"), value.lastIndexOf("\\")) + 1) : value;
}
