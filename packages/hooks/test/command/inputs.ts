import type { HookInput } from "../../src/events/input.ts";
import { inputOf } from "../inputs.ts";

/** A `PreToolUse` input whose directory exists, so that programs can run there. */
export function toolInput(command = "ls"): HookInput {
  return inputOf("PreToolUse", { cwd: process.cwd(), session_id: "s-1", tool_input: { command } });
}
