import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "../../command.ts";
import { CommandError } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { changedFiles, type PackageManager, scriptsOff } from "./package-manager.ts";

const shownLines = 15;
const maxOutputBytes = 4 * 1_048_576;

/**
 * Runs the package manager, without install scripts.
 * @throws CommandError when it is not there or fails
 */
export async function runManager(call: Call, dir: string, argv: readonly [string, ...string[]]): Promise<void> {
  const { findProgram, runChild } = await import("@pawl/hooks/process");
  const [program, ...rest] = argv;
  const file = findProgram(program, { path: call.env.PATH, cwd: dir });
  if (file === undefined) {
    const message = `The packages here are installed with ${program}, which is not on PATH.`;
    throw new CommandError(exitCodes.notFound, message, { next: program === "npm" ? "" : `npm install -g ${program}` });
  }
  call.terminal.note(call.terminal.colors.dim(`$ ${argv.join(" ")}`));
  const ended = await runChild({
    argv: [file, ...rest],
    cwd: dir,
    env: { ...call.env, ...scriptsOff },
    signal: call.signal,
    maxOutputBytes,
    ...(call.isVerbose ? { onStderr: (text: string) => call.terminal.note(text.trimEnd()) } : {}),
  });
  if (ended.exitCode === 0) return;
  if (call.signal.aborted) throw new CommandError(exitCodes.interrupted, "The installation was interrupted.");
  const said = `${ended.stdout}\n${ended.stderr}`.split("\n").filter((line) => line.trim() !== "");
  for (const line of said.slice(-shownLines)) call.terminal.note(`  ${line}`);
  throw new CommandError(exitCodes.failed, `${program} could not do it (exit code ${ended.exitCode ?? ended.signal}).`);
}

/** What the project was like before something was installed, so that it can be so again. */
export class Snapshot {
  readonly #files = new Map<string, Buffer | undefined>();
  readonly #modules: string;
  readonly #hadModules: boolean;
  #kept: { readonly name: string; readonly copy: string } | undefined;

  constructor(projectDir: string, manager: PackageManager) {
    for (const folder of new Set([projectDir, manager.folder])) {
      for (const name of changedFiles) this.#files.set(join(folder, name), bytesOf(join(folder, name)));
    }
    this.#modules = join(projectDir, "node_modules");
    this.#hadModules = existsSync(this.#modules);
  }

  /** Keeps what is installed of a package that comes from a folder or tarball: what was there before is found nowhere else. */
  keep(name: string): void {
    const installed = join(this.#modules, name);
    if (!existsSync(installed)) return;
    const copy = mkdtempSync(join(tmpdir(), "pawl-kept-"));
    cpSync(realpathSync(installed), copy, { recursive: true, verbatimSymlinks: true });
    this.#kept = { name, copy };
  }

  /** Nothing needs to be restored any more. */
  forget(): void {
    if (this.#kept) rmSync(this.#kept.copy, { recursive: true, force: true });
  }

  /** Takes back what installing has written. `undo` makes `node_modules` what the restored files say. */
  async restore(undo: { before(): Promise<void>; after(): Promise<void> }): Promise<void> {
    await undo.before();
    for (const [file, bytes] of this.#files) {
      if (bytes === undefined) rmSync(file, { force: true });
      else if (!bytesOf(file)?.equals(bytes)) writeFileSync(file, bytes);
    }
    if (!this.#hadModules) rmSync(this.#modules, { recursive: true, force: true });
    else await undo.after();
    if (this.#kept) {
      // pnpm leads there with a link.
      const place = join(this.#modules, this.#kept.name);
      const installed = existsSync(place) ? realpathSync(place) : place;
      rmSync(installed, { recursive: true, force: true });
      cpSync(this.#kept.copy, installed, { recursive: true, verbatimSymlinks: true });
    }
  }
}

function bytesOf(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
