import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const managerNames = ["npm", "pnpm", "yarn", "bun"] as const;
export type ManagerName = (typeof managerNames)[number];

/** The program that installs packages here. */
export interface PackageManager {
  readonly name: ManagerName;
  /** Why it is this one. */
  readonly because: string;
  /** Where its lock file is, or would be. */
  readonly folder: string;
}

const lockFiles: Readonly<Record<ManagerName, readonly string[]>> = {
  npm: ["package-lock.json", "npm-shrinkwrap.json"],
  pnpm: ["pnpm-lock.yaml"],
  yarn: ["yarn.lock"],
  bun: ["bun.lock", "bun.lockb"],
};

/** Every file that installing may change, `package.json` first. */
export const changedFiles: readonly string[] = ["package.json", ...Object.values(lockFiles).flat()];

/** By the `packageManager` field, else by the lock file, of the nearest folder that has one; npm when none has. */
export function findPackageManager(projectDir: string): PackageManager {
  for (let folder = projectDir; ; folder = dirname(folder)) {
    const found = declaredIn(folder) ?? lockedIn(folder);
    if (found) return { ...found, folder };
    const isRoot = dirname(folder) === folder || existsSync(join(folder, ".git"));
    if (isRoot) return { name: "npm", because: "no lock file says otherwise", folder: projectDir };
  }
}

function declaredIn(folder: string): Pick<PackageManager, "name" | "because"> | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const name = managerNames.find((known) => String(packageManager ?? "").startsWith(`${known}@`));
    return name && { name, because: `packageManager is ${packageManager}` };
  } catch {
    return undefined;
  }
}

function lockedIn(folder: string): Pick<PackageManager, "name" | "because"> | undefined {
  for (const name of managerNames) {
    const lock = lockFiles[name].find((file) => existsSync(join(folder, file)));
    if (lock !== undefined) return { name, because: `there is ${lock}` };
  }
  return undefined;
}

const quiet = ["--no-audit", "--no-fund"];
/** A folder is copied as it would be published, like the other managers do, and not linked with what it is developed with. */
const copied = "--install-links";

/** Install scripts of packages are never run. Yarn knows it by its environment, see `scriptsOff`. */
const programs: Readonly<Record<ManagerName, Readonly<Record<"add" | "remove" | "install", readonly string[]>>>> = {
  npm: {
    add: ["install", "--save", "--ignore-scripts", copied, ...quiet],
    remove: ["uninstall", "--save", "--ignore-scripts", ...quiet],
    install: ["install", "--ignore-scripts", copied, ...quiet],
  },
  pnpm: {
    add: ["add", "--ignore-scripts"],
    remove: ["remove", "--config.ignore-scripts=true"],
    install: ["install", "--ignore-scripts", "--no-frozen-lockfile"],
  },
  yarn: { add: ["add"], remove: ["remove"], install: ["install"] },
  bun: {
    add: ["add", "--ignore-scripts"],
    remove: ["remove", "--ignore-scripts"],
    install: ["install", "--ignore-scripts"],
  },
};

/** For every manager, whatever its flags: npm's variable is read by pnpm too, the second by Yarn 1, the third by later Yarns. */
export const scriptsOff: Readonly<Record<string, string>> = {
  npm_config_ignore_scripts: "true",
  YARN_IGNORE_SCRIPTS: "true",
  YARN_ENABLE_SCRIPTS: "false",
};

/** A command line. `--` keeps a name from being an option. */
export function commandLine(
  { name }: PackageManager,
  action: "add" | "remove" | "install",
  ...names: readonly string[]
): readonly [string, ...string[]] {
  return [name, ...programs[name][action], ...(names.length === 0 || name === "bun" ? [] : ["--"]), ...names];
}
