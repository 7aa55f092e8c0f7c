import type { HookEvent } from "./names.ts";

/** What a field of an input is. `?` at the end: it may be missing. */
export type FieldKind =
  | "text"
  | "text?"
  | "flag"
  | "flag?"
  | "number"
  | "number?"
  | "list?"
  | "any"
  | "any?"
  | "text-or-null";

type FieldKinds = Readonly<Record<string, FieldKind>>;

/** Fields of every event. */
export const baseFields: FieldKinds = {
  session_id: "text",
  transcript_path: "text",
  cwd: "text",
  permission_mode: "text?",
  agent_id: "text?",
  agent_type: "text?",
  prompt_id: "text?",
};

const tool: FieldKinds = { tool_name: "text", tool_input: "any" };
// Who fires by hand has no id for the call, and no hook fails for want of it.
const call: FieldKinds = { ...tool, tool_use_id: "text?" };
const task: FieldKinds = {
  task_id: "text",
  task_subject: "text",
  task_description: "text?",
  teammate_name: "text?",
  team_name: "text?",
};
const modelSwitch: FieldKinds = {
  from_model: "text",
  to_model: "text",
  requested_model: "text-or-null",
  source: "text",
};
const elicitation: FieldKinds = { mcp_server_name: "text", mode: "text?", elicitation_id: "text?" };

/** Own fields of each event. */
export const eventFields: Readonly<Record<HookEvent, FieldKinds>> = {
  PreToolUse: { ...call, mcp_server: "text?" },
  PostToolUse: { ...call, tool_response: "any", duration_ms: "number?" },
  PostToolUseFailure: { ...call, error: "text", is_interrupt: "flag?", duration_ms: "number?" },
  Notification: { message: "text", title: "text?", notification_type: "text" },
  UserPromptSubmit: { prompt: "text", source: "text?", session_title: "text?" },
  SessionStart: { source: "text", model: "text?", session_title: "text?" },
  SessionEnd: { reason: "text" },
  Stop: { stop_hook_active: "flag", last_assistant_message: "text?" },
  SubagentStart: { agent_id: "text", agent_type: "text" },
  SubagentStop: {
    stop_hook_active: "flag",
    agent_id: "text",
    agent_transcript_path: "text",
    agent_type: "text",
    last_assistant_message: "text?",
  },
  PreCompact: { trigger: "text", custom_instructions: "text-or-null" },
  PermissionRequest: { ...tool, permission_suggestions: "list?" },
  Setup: { trigger: "text" },
  TeammateIdle: { teammate_name: "text", team_name: "text" },
  TaskCompleted: task,
  ConfigChange: { source: "text", file_path: "text?" },
  WorktreeCreate: { name: "text" },
  WorktreeRemove: { worktree_path: "text" },
  PostToolBatch: { tool_calls: "any" },
  PermissionDenied: { ...call, reason: "text" },
  UserPromptExpansion: { expansion_type: "text", command_name: "text", command_args: "text", prompt: "text" },
  StopFailure: { error: "text", error_details: "text?", last_assistant_message: "text?" },
  PostCompact: { trigger: "text", compact_summary: "text" },
  PreModelSwitch: modelSwitch,
  PostModelSwitch: modelSwitch,
  TaskCreated: task,
  InstructionsLoaded: { file_path: "text", memory_type: "text", load_reason: "text" },
  CwdChanged: { old_cwd: "text", new_cwd: "text" },
  FileChanged: { file_path: "text", event: "text" },
  DirectoryAdded: { directory: "text", source: "text" },
  Elicitation: { ...elicitation, message: "text", url: "text?" },
  ElicitationResult: { ...elicitation, action: "text" },
  MessageDisplay: { turn_id: "text", message_id: "text", index: "number", final: "flag", delta: "text" },
};
