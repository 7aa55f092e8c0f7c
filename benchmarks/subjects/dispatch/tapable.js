import { SyncBailHook } from "tapable";

export function prepare(count) {
  const hook = new SyncBailHook(["input"]);
  for (let index = 0; index < count; index++) {
    hook.tap(`hook${index}`, new Function("input", `return input.n === ${index + 1e6} ? 1 : undefined`));
  }
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    return hook.call(input);
  };
}
