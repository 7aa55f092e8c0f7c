import { HookError } from "../registry/hook-error.ts";
import type { HookRegistry } from "../registry/registry.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { type HookSession, sessionInput } from "./hook-tools.ts";

/** What makes and takes away worktrees, with `git worktree` or otherwise. */
export interface WorktreeOptions {
  readonly registry: HookRegistry;
  readonly session: HookSession;
}

/**
 * Makes a worktree, unless a hook forbids it or has made one itself (it then says where: `worktreePath`).
 * @throws HookError `blocked`
 */
export async function createWorktree(
  name: string,
  create: (name: string) => Promise<string>,
  { registry, session }: WorktreeOptions,
): Promise<string> {
  const verdict: Verdict = await registry.run("WorktreeCreate", { ...sessionInput(session), name });
  session.onVerdict?.(verdict);
  if (verdict.blocked || !verdict.continue) {
    throw new HookError("blocked", verdict.reason ?? verdict.stopReason ?? `A hook forbids the worktree ${name}.`);
  }
  const { worktreePath } = verdict.specific;
  return typeof worktreePath === "string" && worktreePath !== "" ? worktreePath : create(name);
}

/** Takes a worktree away, and tells the hooks before. */
export async function removeWorktree(
  path: string,
  remove: (path: string) => Promise<void>,
  { registry, session }: WorktreeOptions,
): Promise<void> {
  const verdict: Verdict = await registry.run("WorktreeRemove", { ...sessionInput(session), worktree_path: path });
  session.onVerdict?.(verdict);
  await remove(path);
}
