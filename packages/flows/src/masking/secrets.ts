import { readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { guard } from "@pawl/hooks/guard";
import type { Flow, SecretSource } from "../definition/flow.ts";
import { messageOf, RunFault } from "../execution/failure.ts";

type Variables = Readonly<Record<string, string>>;
type Declaring = Pick<Flow, "secrets" | "text">;

/** Where a flow's secrets come from. */
export interface Secrets {
  /**
   * The values of the flow's secrets, and of those of the project that its text names, read where they are kept; never stored.
   * @throws RunFault when one cannot be read
   */
  read(flow: Declaring, options: { readonly env: Variables; readonly signal: AbortSignal }): Promise<Variables>;
  /**
   * The values of all secrets of the flow and the project as far as they can be had, so that what a run is given is masked before
   * it begins. A program is asked once, and then only by `read`. Never throws.
   */
  known(flow: Declaring, env: Variables): Promise<readonly string[]>;
  /**
   * The project's secrets that change while a process lives, without waiting: of files as they stand now, of programs what they
   * said last. A program that said so a minute ago or more is asked again for the next time. Never throws.
   */
  newest(env: Variables): readonly string[];
  /** Names of the variables that are such secrets. */
  variables(flow: Declaring): readonly string[];
}

export interface SecretsOptions {
  readonly projectDir: string;
  /** `secrets` of `pawl.config.*`: of every flow. One of a flow's own with the same name wins. */
  readonly sources?: Readonly<Record<string, SecretSource>>;
}

const none: Variables = Object.create(null);
const commandTimeoutMs = 30_000;
/** For a command whose time is up, between the first and the last signal. */
const clearingUpMs = 5_000;
/** After a program could not say a secret, it is not asked again for so long. */
const patienceMs = 60_000;

export function createSecrets({ projectDir, sources = {} }: SecretsOptions): Secrets {
  const said = new Map<string, string>();
  const asked = new Map<string, { readonly at: number; readonly answer: Promise<string | undefined> }>();
  const fileOf = new WatchedFiles(projectDir);
  const sourcesOf = (flow: Declaring) => Object.entries({ ...sources, ...flow.secrets });

  const readOne = async (source: SecretSource, env: Variables, signal: AbortSignal): Promise<string> => {
    const value = await readSecret(source, { projectDir, env, signal });
    if ("command" in source) said.set(source.command, value);
    return value;
  };
  /** Several events at once ask a program once. */
  const ask = (source: SecretSource & { readonly command: string }, env: Variables): Promise<string | undefined> => {
    const before = asked.get(source.command);
    if (before && Date.now() - before.at < patienceMs) return before.answer;
    const answer = readOne(source, env, AbortSignal.timeout(commandTimeoutMs)).catch(() => undefined);
    asked.set(source.command, { at: Date.now(), answer });
    return answer;
  };
  const knowOne = async (source: SecretSource, env: Variables): Promise<string | undefined> => {
    if ("command" in source) return said.get(source.command) ?? ask(source, env);
    return readOne(source, env, neverAborted).catch(() => undefined);
  };
  const sayNow = (source: SecretSource, env: Variables): string | undefined => {
    if ("file" in source) return fileOf.value(source.file);
    if ("command" in source) ask(source, env);
    return "command" in source ? said.get(source.command) : undefined;
  };
  return {
    async read(flow, { env, signal }) {
      const used = sourcesOf(flow).filter(([name]) => Object.hasOwn(flow.secrets, name) || flow.text.includes(name));
      if (used.length === 0) return none;
      const values: Record<string, string> = Object.create(null);
      for (const [name, source] of used) {
        try {
          values[name] = await readOne(source, env, signal);
        } catch (error) {
          throw new RunFault("secret-unavailable", `The secret ${name} cannot be read: ${messageOf(error)}`);
        }
      }
      return values;
    },
    newest: (env) => Object.values(sources).flatMap((source) => sayNow(source, env) ?? []),
    variables: (flow) => sourcesOf(flow).flatMap(([, source]) => ("env" in source ? [source.env] : [])),
    async known(flow, env) {
      const values = await Promise.all(sourcesOf(flow).map(([, source]) => knowOne(source, env)));
      return values.filter((value) => value !== undefined);
    },
  };
}

/** Files that are read again when they are others than before. */
class WatchedFiles {
  readonly #projectDir: string;
  readonly #known = new Map<string, { readonly stamp: string; readonly value: string }>();

  constructor(projectDir: string) {
    this.#projectDir = projectDir;
  }

  /** Nothing when it cannot be read. */
  value(file: string): string | undefined {
    const path = resolve(this.#projectDir, file);
    const known = this.#known.get(path);
    try {
      const { ino, size, mtimeMs } = statSync(path);
      const stamp = `${ino} ${size} ${mtimeMs}`;
      if (known?.stamp === stamp) return known.value;
      const value = withoutNewline(readFileSync(path, "utf8"));
      this.#known.set(path, { stamp, value });
      return value;
    } catch {
      return undefined;
    }
  }
}

const neverAborted = new AbortController().signal;

interface Surroundings {
  readonly projectDir: string;
  readonly env: Variables;
  readonly signal: AbortSignal;
}

async function readSecret(source: SecretSource, { projectDir, env, signal }: Surroundings): Promise<string> {
  if ("env" in source) {
    const value = env[source.env];
    if (value === undefined) throw new Error(`the variable ${source.env} is not set.`);
    return value;
  }
  if ("file" in source) return withoutNewline(await readFile(resolve(projectDir, source.file), "utf8"));
  return readFromCommand(source.command, { projectDir, env, signal });
}

async function readFromCommand(command: string, { projectDir, env, signal }: Surroundings): Promise<string> {
  const { runChild } = await import("@pawl/hooks/process");
  const argv: [string, ...string[]] = ["/bin/sh", "-c", command];
  const outcome = await guard(
    (context) => runChild({ argv, cwd: projectDir, env, signal: context.signal, overflow: "fail" }),
    { name: "secret", point: "secret", timeoutMs: commandTimeoutMs, signal, settleMs: clearingUpMs },
  );
  if (outcome.status === "timeout") throw new Error(`its command gave nothing in ${outcome.timeoutMs / 1_000} s.`);
  if (outcome.status === "failed") throw outcome.error;
  if (outcome.status !== "ok") throw new Error("its command was not waited for.");
  const { exitCode, ended, stdout, signal: by } = outcome.value;
  if (exitCode === 0 && ended === undefined) return withoutNewline(stdout);
  // What the command printed may be the secret, or half of it: it is not repeated.
  throw new Error(`its command ended with ${ended ?? by ?? `exit code ${exitCode}`}.`);
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
