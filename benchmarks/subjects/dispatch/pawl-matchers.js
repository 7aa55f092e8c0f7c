import { HookRegistry } from "@pawl/hooks";

/** Ten matchers that are patterns and do not match, with everything else that `run` does. `count` subjects take turns. */
export function prepare(count) {
  const registry = new HookRegistry();
  const matchers = Array.from({ length: 10 }, (_, index) => ({
    name: `hook${index}`,
    matcher: `^mcp__server${index}__.*$`,
    hooks: [() => undefined],
  }));
  registry.register("PreToolUse", matchers);
  const inputs = Array.from({ length: count }, (_, index) => ({
    session_id: "s",
    transcript_path: "",
    cwd: "/",
    hook_event_name: "PreToolUse",
    tool_name: `mcp__other__tool${index}`,
    tool_input: { command: "ls" },
    tool_use_id: "t",
  }));
  return (n) => registry.run("PreToolUse", inputs[n % count]);
}
