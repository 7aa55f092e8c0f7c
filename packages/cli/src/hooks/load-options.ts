import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Project, ProjectConfig } from "@pawl/flows";
import type { LoadHooksOptions } from "@pawl/hooks";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a project's configuration says about lifecycle hooks, as the loader takes it. */
export function hookLoadOptions(project: Project, config: ProjectConfig, env: Environment): LoadHooksOptions {
  const { strict, claude, settings = [], allowedUrls, withoutEnv } = config.hooks ?? {};
  return {
    projectDir: project.dir,
    env,
    claude: claude === true,
    strict: strict === true,
    settings: settings.map((file) => resolve(project.dir, file)),
    ...(allowedUrls ? { allowedUrls } : {}),
    ...(withoutEnv ? { withoutEnv } : {}),
  };
}

/** Whether there can be any hook, told by two looks at folders: most projects have none, and start faster for it. */
export function mayHaveHooks(project: Project, config: ProjectConfig, env: Environment): boolean {
  if (config.hooks?.claude === true || (config.hooks?.settings ?? []).length > 0) return true;
  const user = join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"), "pawl", "hooks");
  return existsSync(join(project.dir, "hooks")) || existsSync(user);
}
