import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "..", "..");
/** The built command. */
export const program: string = join(root, "packages", "cli", "bin", "pawl.js");

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

/** A project of these files; `.pawl/` makes it one. */
export function temporaryProject(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".pawl"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** An example, copied, with the packages of this repository. */
export function copyOfExample(name: string): string {
  const folder = temporaryFolder();
  cpSync(join(root, "examples", name), folder, {
    recursive: true,
    filter: (path) => !path.endsWith("/.pawl") && !path.endsWith("/test"),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `pawl` that goes on. It is killed with the test. */
export interface Going {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<Ended>;
  kill(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface PawlOptions {
  readonly cwd: string;
  /** Beside, or instead of, this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads. Default: nothing can be read. */
  readonly input?: string;
}

/** One turn on a terminal: what has to stand there, and what is typed then. */
export type Typed = readonly [shown: string, typed: string];

export function startPawl(args: readonly string[], options: PawlOptions): Going {
  return start([process.execPath, program, ...args], options);
}

/** Runs `pawl` on a terminal, where somebody types. What was shown is its `stdout`. */
export function pawlOnTerminal(args: readonly string[], typed: readonly Typed[], options: PawlOptions): Promise<Ended> {
  return onTerminal([process.execPath, program, ...args], typed, options);
}

/** The same of any program. */
export function onTerminal(argv: readonly string[], typed: readonly Typed[], options: PawlOptions): Promise<Ended> {
  const driver = join(import.meta.dirname, "fixtures", "terminal.py");
  const env = { TERM: "xterm", ...options.env };
  return start(["python3", driver, JSON.stringify(typed), ...argv], { ...options, env }).ended;
}

function start([executable = "", ...args]: readonly string[], { cwd, env = {}, input }: PawlOptions): Going {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...outer } = process.env;
  const child = spawn(executable, args, {
    cwd,
    env: { ...outer, XDG_STATE_HOME: join(cwd, ".state"), ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (text) => {
    stdout += text;
  });
  child.stderr!.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const kill = (signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  onTestFinished(() => void kill());
  return { child, output: () => stdout + stderr, ended, kill };
}

/** Runs `pawl` to its end. */
export function pawl(args: readonly string[], options: PawlOptions): Promise<Ended> {
  return startPawl(args, options).ended;
}

/** Runs `pawl … --json` and reads what it printed. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of the document.
export async function pawlJson(args: readonly string[], options: PawlOptions): Promise<any> {
  const { stdout, stderr } = await pawl([...args, "--json"], options);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`pawl ${args.join(" ")} --json printed no JSON:\n${stdout}\n${stderr}`);
  }
}

/** Waits on a condition; what it gives in the end is returned. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  patienceMs = 20_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

/** `pawl serve` on a free port or the one that is given, once it answers. */
export async function startServe(
  options: PawlOptions,
  args: readonly string[] = [],
  port = 0,
): Promise<Going & { url: string }> {
  const going = startPawl(["serve", "--port", `${port}`, ...args], options);
  const url = await until(`serve says where it listens:\n${going.output()}`, () => {
    if (going.child.exitCode !== null) throw new Error(`pawl serve has ended:\n${going.output()}`);
    return /http:\/\/127\.0\.0\.1:\d+/.exec(going.output())?.[0];
  });
  await until("serve is ready", async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok);
  return { ...going, url };
}

export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** Does something with each, two of them at a time: a program that starts keeps one core busy. */
export async function twoAtATime<T>(all: readonly T[], each: (one: T) => Promise<unknown>): Promise<void> {
  const left = all.values();
  const inOrder = async () => {
    for (const one of left) await each(one);
  };
  await Promise.all([inOrder(), inOrder()]);
}
