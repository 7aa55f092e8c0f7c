import { describe, expect, test } from "vitest";
import type { HookCallback, HookInput } from "../../src/index.ts";
import { invocation } from "../../src/registry/invoke.ts";

/** Whether calling the hook makes a signal. */
function takesSignal(hook: HookCallback): boolean {
  let isMade = false;
  const context = {
    get signal() {
      isMade = true;
      return new AbortController().signal;
    },
  };
  void invocation("Stop", hook)(context, { hook_event_name: "Stop" } as HookInput);
  return isMade;
}

// Making a signal costs more than most hooks do.
describe("a signal is made for a hook that may look at it:", () => {
  test.each<[string, HookCallback]>([
    ["as its third parameter", (_input, _id, _third) => {}],
    ["among the rest", (...all) => void all[2]],
    ["with a default", (_input, _id, signal = AbortSignal.abort()) => void signal],
    ["through bind", function bound() {}.bind(undefined)],
    [
      "in arguments",
      function all() {
        // biome-ignore lint/complexity/noArguments: somebody will
        void arguments[2];
      },
    ],
  ])("%s", (_, hook) => {
    expect(takesSignal(hook)).toBe(true);
  });

  test.each<[string, HookCallback]>([
    ["no parameter", () => {}],
    ["the input", (_input) => {}],
    ["the input and the id", async (_input, _id) => {}],
  ])("and not for one that takes %s", (_, hook) => {
    expect(takesSignal(hook)).toBe(false);
  });
});
