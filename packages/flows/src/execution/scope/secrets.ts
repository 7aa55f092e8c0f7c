import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Flow, SecretSource } from "../../definition/flow.ts";
import { messageOf, RunFault } from "../failure.ts";
import { plain } from "./values.ts";

const none: Readonly<Record<string, string>> = plain();
const commandTimeoutMs = 30_000;

export interface SecretSurroundings {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * The secrets that a flow declares, read where they are kept, at the start of each life of a run; never stored.
 * @throws RunFault when one cannot be read
 */
export async function readSecrets(
  flow: Flow,
  surroundings: SecretSurroundings,
): Promise<Readonly<Record<string, string>>> {
  const names = Object.keys(flow.secrets);
  if (names.length === 0) return none;
  const secrets = plain<string>();
  for (const name of names) {
    try {
      secrets[name] = await readSecret(flow.secrets[name]!, surroundings);
    } catch (error) {
      throw new RunFault("secret-unavailable", `The secret ${name} cannot be read: ${messageOf(error)}`);
    }
  }
  return secrets;
}

async function readSecret(source: SecretSource, { projectDir, env, signal }: SecretSurroundings): Promise<string> {
  if ("env" in source) {
    const value = env[source.env];
    if (value === undefined) throw new Error(`the variable ${source.env} is not set.`);
    return value;
  }
  if ("file" in source) return withoutNewline(await readFile(resolve(projectDir, source.file), "utf8"));
  return readFromCommand(source.command, { projectDir, env, signal });
}

async function readFromCommand(command: string, { projectDir, env, signal }: SecretSurroundings): Promise<string> {
  const { runChild } = await import("@pawl/hooks/process");
  const limited = AbortSignal.any([signal, AbortSignal.timeout(commandTimeoutMs)]);
  const result = await runChild({
    argv: ["/bin/sh", "-c", command],
    cwd: projectDir,
    env,
    signal: limited,
    overflow: "fail",
  });
  if (result.exitCode === 0 && result.ended === undefined) return withoutNewline(result.stdout);
  // What the command printed may be the secret, or half of it: it is not repeated.
  throw new Error(`its command ended with ${result.ended ?? result.signal ?? `exit code ${result.exitCode}`}.`);
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
