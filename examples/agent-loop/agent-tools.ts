import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createWorktree, type HookRegistry, type HookSession, removeWorktree } from "@pawl/hooks";
import { type LanguageModel, type ToolSet, tool } from "ai";
import { z } from "zod";
import { runAgent } from "./agent.ts";
import { SessionEvents } from "./events.ts";

export interface ToolsOptions {
  readonly model: LanguageModel;
  readonly registry: HookRegistry;
  readonly session: HookSession;
  /** Where commands run; a git repository. */
  readonly folder: string;
}

const run = promisify(execFile);

/** What the agent can do. Hooks meet every call, because `runAgent` wraps them. */
export function createTools(options: ToolsOptions): ToolSet {
  return {
    Bash: bash(options),
    CompleteTask: completeTask(options),
    Agent: agent(options),
    Worktree: worktree(options),
  };
}

function bash({ folder }: ToolsOptions) {
  return tool({
    description: "Runs a shell command",
    inputSchema: z.object({ command: z.string() }),
    execute: async ({ command }) => (await run("sh", ["-c", command], { cwd: folder })).stdout,
  });
}

function completeTask({ registry, session }: ToolsOptions) {
  return tool({
    description: "Says that a task is done",
    inputSchema: z.object({ id: z.string(), subject: z.string() }),
    execute: async ({ id, subject }) => {
      const verdict = await new SessionEvents(registry, session).taskCompleted(id, subject);
      if (verdict.blocked) throw new Error(verdict.reason ?? "The task is not done.");
      return "done";
    },
  });
}

function agent(options: ToolsOptions) {
  return tool({
    description: "Lets another agent do something",
    inputSchema: z.object({ prompt: z.string(), subagent_type: z.string() }),
    execute: async ({ prompt, subagent_type: type }, { toolCallId: id }) => {
      const session: HookSession = { ...options.session, agentId: id, agentType: type };
      const tools = { Bash: bash(options) };
      const result = await runAgent(prompt, { ...options, session, tools, subagent: { id, type } });
      await new SessionEvents(options.registry, options.session).teammateIdle(type);
      return result.text;
    },
  });
}

function worktree({ registry, session, folder }: ToolsOptions) {
  const git = (...args: string[]) => run("git", args, { cwd: folder });
  return tool({
    description: "Makes a worktree, runs a command in it, and takes it away",
    inputSchema: z.object({ name: z.string().regex(/^\w+$/), command: z.string() }),
    execute: async ({ name, command }) => {
      const create = async (): Promise<string> => {
        const path = join(folder, "..", name);
        await git("worktree", "add", path);
        return path;
      };
      const path = await createWorktree(name, create, { registry, session });
      const { stdout } = await run("sh", ["-c", command], { cwd: path });
      const remove = async (): Promise<void> => {
        await git("worktree", "remove", "--force", path).catch(() => rm(path, { recursive: true, force: true }));
      };
      await removeWorktree(path, remove, { registry, session });
      return stdout;
    },
  });
}
