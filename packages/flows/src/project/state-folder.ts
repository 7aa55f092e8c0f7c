import { homedir } from "node:os";
import { join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where this user's state lives that belongs to no project: `$XDG_STATE_HOME/pawl`. */
export function userStateDir(env: Environment = process.env): string {
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state"), "pawl");
}

/** Where translated files are kept, in the folder of a project's state. */
export function modulesIn(stateDir: string): string {
  return join(stateDir, "cache", "modules");
}
