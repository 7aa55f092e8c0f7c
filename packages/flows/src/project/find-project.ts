import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { firstFile } from "../plugins/module-loader.ts";
import { type Environment, userStateDir } from "./state-folder.ts";

/** The folder that flows run in, and where what they did is remembered. */
export interface Project {
  /** Absolute. The folder that was asked about when no project is around it. */
  readonly dir: string;
  readonly name: string;
  /** False outside of any project: a file can be run all the same. */
  readonly isProject: boolean;
  /** `.pawl` of the project; outside, the user's state folder. May not exist yet. */
  readonly stateDir: string;
  readonly databaseFile: string;
  readonly configFile: string | undefined;
}

export const configFiles: readonly string[] = [
  "pawl.config.ts",
  "pawl.config.mts",
  "pawl.config.js",
  "pawl.config.mjs",
];

/** People write flows first: these make a project of the very folder they stand in. */
const telling: readonly string[] = ["flows", "networks"];

/** The nearest folder, from here upwards, with `.pawl/` or `pawl.config.*`; else this one, when it has flows or networks. */
export function findProject(from: string, env: Environment = process.env): Project {
  const start = resolve(from);
  for (let dir = start; ; dir = dirname(dir)) {
    const configFile = firstFile(dir, configFiles);
    if (configFile !== undefined || existsSync(join(dir, ".pawl")))
      return projectAt(dir, join(dir, ".pawl"), configFile);
    if (dirname(dir) === dir) break;
  }
  if (telling.some((name) => existsSync(join(start, name)))) return projectAt(start, join(start, ".pawl"), undefined);
  return { ...projectAt(start, userStateDir(env), undefined), isProject: false };
}

function projectAt(dir: string, stateDir: string, configFile: string | undefined): Project {
  return { dir, name: basename(dir), isProject: true, stateDir, databaseFile: join(stateDir, "pawl.db"), configFile };
}
