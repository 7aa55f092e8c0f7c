import { HookableCore } from "hookable";

export function prepare(count) {
  const hooks = new HookableCore();
  for (let index = 0; index < count; index++) {
    hooks.hook("event", new Function("input", `return input.n === ${index + 1e6} ? 1 : undefined`));
  }
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    return hooks.callHook("event", input);
  };
}
