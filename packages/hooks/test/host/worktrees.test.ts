import { expect, test, vi } from "vitest";
import { createWorktree, type HookOutput, HookRegistry, removeWorktree } from "../../src/index.ts";

function setUp(output: HookOutput) {
  const registry = new HookRegistry();
  const hook = vi.fn((_input: unknown) => output);
  registry.register("WorktreeCreate", [{ hooks: [hook] }]);
  registry.register("WorktreeRemove", [{ hooks: [hook] }]);
  const create = vi.fn(async (name: string) => `/made/${name}`);
  return { hook, create, options: { registry, session: { sessionId: "s", cwd: "/" } } };
}

test("a worktree is made by its host when no hook objects", async () => {
  const { hook, create, options } = setUp({});
  expect(await createWorktree("x", create, options)).toBe("/made/x");
  expect(hook.mock.calls[0]![0]).toMatchObject({ hook_event_name: "WorktreeCreate", name: "x", session_id: "s" });
});

test("a worktree that a hook forbids is not made", async () => {
  const { create, options } = setUp({ decision: "block", reason: "no room" });
  await expect(createWorktree("x", create, options)).rejects.toMatchObject({ code: "blocked", message: "no room" });
  expect(create).not.toHaveBeenCalled();
});

test("a worktree that a hook has made itself is used", async () => {
  const made = { hookSpecificOutput: { hookEventName: "WorktreeCreate", worktreePath: "/theirs" } } as const;
  const { create, options } = setUp(made);
  expect(await createWorktree("x", create, options)).toBe("/theirs");
  expect(create).not.toHaveBeenCalled();
});

test("a worktree is taken away after the hooks were told, whatever they say", async () => {
  const { hook, options } = setUp({ decision: "block" });
  const remove = vi.fn(async () => {});
  await removeWorktree("/made/x", remove, options);
  expect(hook.mock.calls[0]![0]).toMatchObject({ worktree_path: "/made/x" });
  expect(remove).toHaveBeenCalledExactlyOnceWith("/made/x");
});
