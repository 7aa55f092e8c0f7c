import type { HookInput, HookInputOf } from "../src/events/input.ts";
import type { HookEvent } from "../src/events/names.ts";

const base = { session_id: "s1", transcript_path: "", cwd: "/work-here" };
const tool = { tool_name: "Bash", tool_input: { command: "ls -l" } };
const call = { ...tool, tool_use_id: "t1" };

/** One complete input of each of the 18 lifecycle events. */
export const inputs = {
  PreToolUse: { ...base, hook_event_name: "PreToolUse", ...call },
  PostToolUse: { ...base, hook_event_name: "PostToolUse", ...call, tool_response: "total 0" },
  PostToolUseFailure: { ...base, hook_event_name: "PostToolUseFailure", ...call, error: "exit code 1" },
  UserPromptSubmit: { ...base, hook_event_name: "UserPromptSubmit", prompt: "hello" },
  SessionStart: { ...base, hook_event_name: "SessionStart", source: "startup" },
  SessionEnd: { ...base, hook_event_name: "SessionEnd", reason: "other" },
  Stop: { ...base, hook_event_name: "Stop", stop_hook_active: false },
  Notification: { ...base, hook_event_name: "Notification", message: "waiting", notification_type: "idle" },
  SubagentStart: { ...base, hook_event_name: "SubagentStart", agent_id: "a1", agent_type: "Explore" },
  SubagentStop: {
    ...base,
    hook_event_name: "SubagentStop",
    stop_hook_active: false,
    agent_id: "a1",
    agent_type: "Explore",
    agent_transcript_path: "",
  },
  PreCompact: { ...base, hook_event_name: "PreCompact", trigger: "auto", custom_instructions: null },
  PermissionRequest: { ...base, hook_event_name: "PermissionRequest", ...tool },
  Setup: { ...base, hook_event_name: "Setup", trigger: "init" },
  TeammateIdle: { ...base, hook_event_name: "TeammateIdle", teammate_name: "Ada", team_name: "core" },
  TaskCompleted: { ...base, hook_event_name: "TaskCompleted", task_id: "1", task_subject: "write it" },
  ConfigChange: { ...base, hook_event_name: "ConfigChange", source: "project_settings" },
  WorktreeCreate: { ...base, hook_event_name: "WorktreeCreate", name: "feature" },
  WorktreeRemove: { ...base, hook_event_name: "WorktreeRemove", worktree_path: "/tmp/feature" },
} as const satisfies { [E in HookEvent]?: HookInputOf<E> };

export type LifecycleEvent = keyof typeof inputs;

/** An input of any event: those beyond the 18 get the base fields and one word for what a matcher sees. */
export function inputOf(event: HookEvent, fields: Readonly<Record<string, unknown>> = {}): HookInput {
  const known = (inputs as Partial<Record<HookEvent, object>>)[event] ?? { ...base, hook_event_name: event };
  return { ...known, ...fields } as unknown as HookInput;
}
