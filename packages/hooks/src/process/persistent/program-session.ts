import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { endWholeGroup } from "../group.ts";
import { type Launched, launch } from "../launch.ts";
import { forgetGroup } from "../living-groups.ts";
import { LineReader } from "./line-reader.ts";

export interface SessionOptions {
  readonly argv: readonly [program: string, ...args: string[]];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly graceMs: number;
  readonly maxLineBytes: number;
}

export interface SessionEvents {
  onLine(line: string): void;
  onStderr(line: string): void;
  onTooLong(): void;
  /** It ended by itself; `how` is a sentence's end, `with exit code 1`. Not called after `end`. */
  onExit(how: string): void;
}

/** Milliseconds in which a pipe that outlives the program still counts as its last words. */
const lastWordsMs = 100;

/** One life of a persistent program, from start to exit. */
export class ProgramSession {
  readonly #child: Launched;
  readonly #graceMs: number;
  #ending: Promise<void> | undefined;
  /** Answers it gave: a program that gave any was healthy. */
  answers = 0;

  /** @throws ProcessError when the program cannot be started */
  static async start(options: SessionOptions, events: SessionEvents): Promise<ProgramSession> {
    const { argv, cwd, env } = options;
    const child = await launch({ argv, stdin: "", ...(cwd === undefined ? {} : { cwd }), ...(env ? { env } : {}) });
    return new ProgramSession(child, options, events);
  }

  private constructor(child: Launched, options: SessionOptions, events: SessionEvents) {
    this.#child = child;
    this.#graceMs = options.graceMs;
    const stdout = new LineReader(options.maxLineBytes, events.onLine, events.onTooLong);
    const stderr = new LineReader(options.maxLineBytes, events.onStderr, () => {});
    child.stdout!.on("data", (chunk: Buffer) => stdout.feed(chunk));
    child.stderr!.on("data", (chunk: Buffer) => stderr.feed(chunk));
    for (const pipe of child.stdio) pipe?.on("error", () => {}); // a broken pipe is told by the exit
    child.on("error", () => {});
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.once("exit", async (code, signal) => {
      await Promise.race([closed, delay(lastWordsMs)]);
      if (this.#ending) return;
      stderr.flush();
      await this.end();
      events.onExit(code === null ? `by ${signal}` : `with exit code ${code}`);
    });
  }

  send(line: string): void {
    this.#child.stdin!.write(line);
  }

  /** Whether this process stays alive for the program's sake. */
  hold(isHeld: boolean): void {
    const change = isHeld ? "ref" : "unref";
    this.#child[change]();
    for (const pipe of this.#child.stdio) (pipe as Socket | null)?.[change]?.();
  }

  /** Ends the program and everything of its group. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    await endWholeGroup(this.#child.pid, this.#graceMs);
    forgetGroup(this.#child.pid);
    for (const pipe of this.#child.stdio) pipe?.destroy();
  }
}
