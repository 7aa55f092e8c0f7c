import { HookRegistry } from "@pawl/hooks";

export function prepare(count) {
  const registry = new HookRegistry();
  const matchers = Array.from({ length: count }, (_, index) => ({
    name: `hook${index}`,
    matcher: "Bash|Write",
    hooks: [new Function("input", `return input.tool_name === "none${index}" ? {} : undefined`)],
  }));
  registry.register("PreToolUse", matchers);
  const input = {
    session_id: "s",
    transcript_path: "",
    cwd: "/",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "ls" },
    tool_use_id: "t",
  };
  return () => registry.run("PreToolUse", input);
}
