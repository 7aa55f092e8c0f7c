// What other parts of this package and its hosts use; the package's index lists what is public.
export { type CommandHook, type CommandHookOptions, createCommandHook } from "./command-hook.ts";
export type { Command } from "./command-line.ts";
export type { CommandEnvironment } from "./environment.ts";
export { CommandError, type CommandErrorCode } from "./errors.ts";
export { createPersistentHook, type PersistentHookOptions } from "./persistent-hook.ts";
