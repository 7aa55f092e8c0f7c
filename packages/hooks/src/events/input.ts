import type { PermissionUpdate } from "../output/permission.ts";
import type { FurtherHookInput } from "./further-input.ts";
import type { HookEvent } from "./names.ts";

/** What every event carries. Hooks share these objects: read them, never change them. */
export interface BaseHookInput {
  readonly session_id: string;
  /** Path of the conversation's log; empty when the host keeps none. */
  readonly transcript_path: string;
  readonly cwd: string;
  readonly permission_mode?: string;
  readonly agent_id?: string;
  readonly agent_type?: string;
  readonly prompt_id?: string;
  readonly effort?: { readonly level: string };
}

export type SessionStartSource = "startup" | "resume" | "clear" | "compact" | "fork";
export type CompactTriggerType = "manual" | "auto";
export type SetupTrigger = "init" | "maintenance" | "boot";
export type ConfigChangeSource =
  | "user_settings"
  | "project_settings"
  | "local_settings"
  | "policy_settings"
  | "skills"
  | "flows"
  | "hooks";

export interface PreToolUseInput extends BaseHookInput {
  readonly hook_event_name: "PreToolUse";
  readonly tool_name: string;
  readonly tool_input: unknown;
  readonly tool_use_id: string;
  readonly mcp_server?: string;
}

export interface PostToolUseInput extends BaseHookInput {
  readonly hook_event_name: "PostToolUse";
  readonly tool_name: string;
  readonly tool_input: unknown;
  readonly tool_response: unknown;
  readonly tool_use_id: string;
  readonly duration_ms?: number;
}

export interface PostToolUseFailureInput extends BaseHookInput {
  readonly hook_event_name: "PostToolUseFailure";
  readonly tool_name: string;
  readonly tool_input: unknown;
  readonly tool_use_id: string;
  readonly error: string;
  readonly is_interrupt?: boolean;
  readonly duration_ms?: number;
  readonly mcp_server?: string;
}

export interface NotificationInput extends BaseHookInput {
  readonly hook_event_name: "Notification";
  readonly message: string;
  readonly title?: string;
  readonly notification_type: string;
}

export interface UserPromptSubmitInput extends BaseHookInput {
  readonly hook_event_name: "UserPromptSubmit";
  readonly prompt: string;
  readonly source?: string;
  readonly session_title?: string;
}

export interface SessionStartInput extends BaseHookInput {
  readonly hook_event_name: "SessionStart";
  readonly source: SessionStartSource;
  readonly model?: string;
  readonly session_title?: string;
}

export interface SessionEndInput extends BaseHookInput {
  readonly hook_event_name: "SessionEnd";
  readonly reason: string;
}

export interface StopInput extends BaseHookInput {
  readonly hook_event_name: "Stop";
  /** Whether the agent already goes on because a Stop hook asked it to. */
  readonly stop_hook_active: boolean;
  readonly last_assistant_message?: string;
}

export interface SubagentStartInput extends BaseHookInput {
  readonly hook_event_name: "SubagentStart";
  readonly agent_id: string;
  readonly agent_type: string;
}

export interface SubagentStopInput extends BaseHookInput {
  readonly hook_event_name: "SubagentStop";
  readonly stop_hook_active: boolean;
  readonly agent_id: string;
  readonly agent_transcript_path: string;
  readonly agent_type: string;
  readonly last_assistant_message?: string;
}

export interface PreCompactInput extends BaseHookInput {
  readonly hook_event_name: "PreCompact";
  readonly trigger: CompactTriggerType;
  readonly custom_instructions: string | null;
}

export interface PermissionRequestInput extends BaseHookInput {
  readonly hook_event_name: "PermissionRequest";
  readonly tool_name: string;
  readonly tool_input: unknown;
  readonly permission_suggestions?: readonly PermissionUpdate[];
  readonly mcp_server?: string;
}

export interface SetupInput extends BaseHookInput {
  readonly hook_event_name: "Setup";
  readonly trigger: SetupTrigger;
}

export interface TeammateIdleInput extends BaseHookInput {
  readonly hook_event_name: "TeammateIdle";
  readonly teammate_name: string;
  readonly team_name: string;
}

export interface TaskCompletedInput extends BaseHookInput {
  readonly hook_event_name: "TaskCompleted";
  readonly task_id: string;
  readonly task_subject: string;
  readonly task_description?: string;
  readonly teammate_name?: string;
  readonly team_name?: string;
}

export interface ConfigChangeInput extends BaseHookInput {
  readonly hook_event_name: "ConfigChange";
  readonly source: ConfigChangeSource;
  readonly file_path?: string;
}

export interface WorktreeCreateInput extends BaseHookInput {
  readonly hook_event_name: "WorktreeCreate";
  readonly name: string;
}

export interface WorktreeRemoveInput extends BaseHookInput {
  readonly hook_event_name: "WorktreeRemove";
  readonly worktree_path: string;
}

/** The payload of one event, told apart by `hook_event_name`. */
export type HookInput =
  | PreToolUseInput
  | PostToolUseInput
  | PostToolUseFailureInput
  | NotificationInput
  | UserPromptSubmitInput
  | SessionStartInput
  | SessionEndInput
  | StopInput
  | SubagentStartInput
  | SubagentStopInput
  | PreCompactInput
  | PermissionRequestInput
  | SetupInput
  | TeammateIdleInput
  | TaskCompletedInput
  | ConfigChangeInput
  | WorktreeCreateInput
  | WorktreeRemoveInput
  | (BaseHookInput & FurtherHookInput);

type HookInputs = { readonly [I in HookInput as I["hook_event_name"]]: I };

/** The payload of event `E`. */
export type HookInputOf<E extends HookEvent> = HookInputs[E];

/** The same as a host hands it over: the event's name may be left out. */
export type HookInputFor<E extends HookEvent> = E extends HookEvent
  ? Omit<HookInputOf<E>, "hook_event_name"> & { readonly hook_event_name?: E }
  : never;

/** The event the input belongs to. */
export function eventName(input: HookInput): HookEvent {
  return input.hook_event_name;
}

/** The tool an event is about, or nothing for events without one. */
export function toolName(input: HookInput): string | undefined {
  return "tool_name" in input && typeof input.tool_name === "string" ? input.tool_name : undefined;
}

/** The id of the tool call an event is about, or nothing for events without one. */
export function toolUseId(input: HookInput): string | undefined {
  return "tool_use_id" in input && typeof input.tool_use_id === "string" ? input.tool_use_id : undefined;
}
