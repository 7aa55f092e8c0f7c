import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Environment, userStateDir } from "./state-folder.ts";

/** When each project was trusted, by its path. Kept outside of projects, so that none can ship its own trust. */
type Trusted = Record<string, { readonly trustedAt: string }>;

/** Whether reading commands may import the code of this project. */
export function isTrusted(projectDir: string, env: Environment = process.env): boolean {
  return Object.hasOwn(read(env), realpathSync(projectDir));
}

export function trustProject(projectDir: string, env: Environment = process.env): void {
  write({ ...read(env), [realpathSync(projectDir)]: { trustedAt: new Date().toISOString() } }, env);
}

/** False when it was not trusted. */
export function distrustProject(projectDir: string, env: Environment = process.env): boolean {
  const { [realpathSync(projectDir)]: removed, ...others } = read(env);
  if (removed !== undefined) write(others, env);
  return removed !== undefined;
}

function trustFile(env: Environment): string {
  return join(userStateDir(env), "trusted-projects.json");
}

/** A file that cannot be read trusts nobody. */
function read(env: Environment): Trusted {
  try {
    const content: unknown = JSON.parse(readFileSync(trustFile(env), "utf8"));
    return typeof content === "object" && content !== null ? (content as Trusted) : {};
  } catch {
    return {};
  }
}

function write(trusted: Trusted, env: Environment): void {
  const file = trustFile(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(trusted, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}
