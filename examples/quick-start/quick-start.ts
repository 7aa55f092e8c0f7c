import { HookCallbackMatcher, HookEvent, HookRegistry, hookFn, toolName } from "@pawl/hooks";

/** Registers a hook that fires after any use of the tool Bash. */
export function createRegistry(print: (line: string) => void): HookRegistry {
  const registry = new HookRegistry();

  registry.register(HookEvent.PostToolUse, [
    new HookCallbackMatcher([
      hookFn(async (input, _toolUseId, _signal) => {
        print(`Tool used: ${toolName(input) ?? "unknown"}`);
        return {};
      }),
    ])
      .withName("bash-logger")
      .withMatcher("Bash")
      .withTimeout(30),
  ]);

  return registry;
}
