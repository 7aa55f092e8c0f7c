import type { HookInput } from "../../src/events/input.ts";
import type { HookEvent } from "../../src/events/names.ts";

const base = { session_id: "s-1", transcript_path: "", cwd: process.cwd() };

export function toolInput(command = "ls"): HookInput {
  return { ...base, hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command }, tool_use_id: "t-1" };
}

/** An input of any event, with only what every event has. */
export function inputOf(event: HookEvent, more: object = {}): HookInput {
  return { ...base, hook_event_name: event, ...more } as HookInput;
}
