import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { digest, type Fingerprint } from "./fingerprint.ts";

/** What was found when somebody said that a hook may run. */
interface TrustedHook {
  readonly files: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly trustedAt: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_STATE_HOME/pawl/trust/<hash of the project path>.json`. */
export function trustFile(projectDir: string, env: Environment = process.env): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return join(state, "pawl", "trust", `${digest(resolve(projectDir)).slice(0, 32)}.json`);
}

/**
 * What this user decided about the hooks of one project. Kept outside the project, so that nobody can ship a decision
 * with the hooks it is about.
 */
export class TrustStore {
  readonly file: string;
  readonly #projectDir: string;
  /** Other parts of Pawl may keep something in the same file. */
  #content: Record<string, unknown> = {};
  #hooks: Record<string, TrustedHook> = {};
  #disabled = new Set<string>();

  constructor(projectDir: string, env: Environment = process.env) {
    this.#projectDir = resolve(projectDir);
    this.file = trustFile(projectDir, env);
    this.#read();
  }

  /** Why the hook may not run, or nothing when it may. */
  objection(key: string, fingerprint: Fingerprint): string | undefined {
    if (fingerprint.problem !== undefined) return `its files cannot be checked: ${fingerprint.problem}`;
    const trusted = Object.hasOwn(this.#hooks, key) ? this.#hooks[key] : undefined;
    if (!trusted) return "nobody has trusted it yet";
    const changed = changedFile(trusted.files, fingerprint.files);
    if (changed === undefined) return undefined;
    return `${changed} since ${new Date(trusted.trustedAt).toISOString().slice(0, 10)}`;
  }

  trust(key: string, fingerprint: Fingerprint): void {
    this.#hooks[key] = { files: fingerprint.files, trustedAt: Date.now() };
  }

  isDisabled(name: string): boolean {
    return this.#disabled.has(name);
  }

  setDisabled(name: string, isDisabled: boolean): void {
    if (isDisabled) this.#disabled.add(name);
    else this.#disabled.delete(name);
  }

  save(): void {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const content = {
      ...this.#content,
      version: 1,
      project: this.#projectDir,
      hooks: this.#hooks,
      disabledHooks: [...this.#disabled].sort(),
    };
    const temporary = `${this.file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, this.file);
  }

  #read(): void {
    const content = readJson(this.file);
    if (content === undefined) return;
    this.#content = content;
    // A file about another project (a moved folder) says nothing about this one.
    if (content.project !== undefined && content.project !== this.#projectDir) return;
    const { hooks, disabledHooks } = content;
    if (typeof hooks === "object" && hooks !== null) this.#hooks = validHooks(hooks);
    if (Array.isArray(disabledHooks))
      this.#disabled = new Set(disabledHooks.filter((name) => typeof name === "string"));
  }
}

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof content === "object" && content !== null ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function validHooks(hooks: object): Record<string, TrustedHook> {
  const valid = Object.entries(hooks as Record<string, Partial<TrustedHook> | null>).filter(
    ([, hook]) => typeof hook?.files === "object" && hook.files !== null && typeof hook.trustedAt === "number",
  );
  return Object.fromEntries(valid) as Record<string, TrustedHook>;
}

function changedFile(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string | undefined {
  for (const path of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const name = path === "definition" ? "its definition" : path;
    if (!Object.hasOwn(before, path)) return `${name} was added`;
    if (!Object.hasOwn(now, path)) return `${name} was removed`;
    if (before[path] !== now[path]) return `${name} changed`;
  }
  return undefined;
}
