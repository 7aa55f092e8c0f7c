import { describe, expect, test, vi } from "vitest";
import { type HookCallback, type HookInputFor, HookRegistry } from "../../src/index.ts";

const input = { session_id: "s", transcript_path: "", cwd: "/" } as HookInputFor<"Stop">;

/** Whether a call of the hook makes a signal; the first may make what all calls share. */
async function takesSignal(hook: HookCallback<"Stop">): Promise<boolean> {
  const registry = new HookRegistry();
  registry.register("Stop", [{ hooks: [hook] }]);
  await registry.run("Stop", input);
  const made = vi.spyOn(globalThis, "AbortController");
  try {
    await registry.run("Stop", input);
    return made.mock.calls.length > 0;
  } finally {
    made.mockRestore();
  }
}

// Making a signal costs more than most hooks do.
describe("a signal is made for a hook that may look at it:", () => {
  test.each<[string, HookCallback<"Stop">]>([
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
  ])("%s", async (_, hook) => {
    expect(await takesSignal(hook)).toBe(true);
  });

  test.each<[string, HookCallback<"Stop">]>([
    ["no parameter", () => {}],
    ["the input", (_input) => {}],
    ["the input and the id", async (_input, _id) => {}],
  ])("and not for one that takes %s", async (_, hook) => {
    expect(await takesSignal(hook)).toBe(false);
  });
});
