import { createHttpHook } from "../claude/http-hook.ts";
import { createCommandHook } from "../command/command-hook.ts";
import type { CommandEnvironment } from "../command/environment.ts";
import { createPersistentHook } from "../command/persistent-hook.ts";
import type { HookCallback } from "../registry/hook-matcher.ts";
import type { HookAction } from "./candidate.ts";
import { createHandlerHook } from "./handler.ts";

export interface ActionContext {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of variables that programs do not inherit. */
  readonly withoutEnv: readonly string[];
  readonly envFile: string | undefined;
}

/** Something that can be called. */
export interface RunnableAction {
  readonly callback: HookCallback;
  readonly settleMs?: number;
  close?(): Promise<void>;
}

/** Makes a callback of what a file says. */
export function createAction(action: Exclude<HookAction, { type: "none" }>, context: ActionContext): RunnableAction {
  if (action.type === "handler") return { callback: createHandlerHook(action.file) };
  if (action.type === "http") return { callback: createHttpHook({ ...action, env: context.env }) };
  const create = action.mode === "persistent" ? createPersistentHook : createCommandHook;
  const hook = create({
    command: action.command,
    ...(action.cwd === undefined ? {} : { cwd: action.cwd }),
    ...(action.variables === undefined ? {} : { variables: action.variables }),
    ...(action.claude === undefined ? {} : { claude: withEnvFile(action.claude, context.envFile) }),
    inherited: context.env,
    without: context.withoutEnv,
    projectDir: context.projectDir,
  });
  return { callback: hook.run, settleMs: hook.settleMs, close: () => hook.close() };
}

function withEnvFile(
  claude: { readonly pluginRoot?: string },
  envFile: string | undefined,
): CommandEnvironment["claude"] {
  return envFile === undefined ? claude : { ...claude, envFile };
}
