import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { onAbort } from "../guard/on-abort.ts";
import { CapturedOutput } from "./captured-output.ts";
import { type ChildOptions, type ChildResult, neverStarted } from "./child.ts";
import { ProcessError } from "./errors.ts";
import { openGate } from "./gate.ts";
import { defaultGraceMs, endWholeGroup, signalGroup, terminateGroup } from "./group.ts";
import { identify } from "./identity.ts";
import { type Launched, launch } from "./launch.ts";
import { forgetGroup } from "./living-groups.ts";

const defaultMaxOutputBytes = 1_048_576;
/** Quiet milliseconds after which pipes that somebody outside the group still holds are given up. */
const quietMs = 100;
const longestDrainMs = 1_000;
/** Milliseconds after KILL in which the system has to say that the leader is gone; then we go on without it. */
const lostMs = 5_000;

/** `runChild` with the program as a child of this process. */
export async function runHere(options: ChildOptions, watch: RunWatch = {}): Promise<ChildResult> {
  const begin = performance.now();
  if (options.signal?.aborted) return neverStarted;
  const run = new Run(await launch(options), options);
  watch.onBirth?.(run.pid, run.streams);
  try {
    await run.begin();
    const exit = await run.exit;
    await run.endRest();
    await run.drain();
    return run.result(exit, performance.now() - begin);
  } finally {
    await run.dispose();
  }
}

/** For whoever runs programs on behalf of another process. */
export interface RunWatch {
  /** The process is there; its output may be paused and resumed. */
  readonly onBirth?: (pid: number, streams: readonly Readable[]) => void;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

class Run {
  readonly exit: Promise<Exit>;
  readonly #child: Launched;
  readonly #options: ChildOptions;
  readonly #graceMs: number;
  readonly #stdout: CapturedOutput;
  readonly #stderr: CapturedOutput;
  readonly #closed: Promise<void>;
  readonly #stopListening: () => void;
  #ended: ChildResult["ended"];
  #endedAt = 0;
  #giveUpOnExit: (exit: Exit) => void = () => {};
  #killTimer: NodeJS.Timeout | undefined;
  #hasExited = false;
  #listenerError: { readonly error: unknown } | undefined;

  constructor(child: Launched, options: ChildOptions) {
    this.#child = child;
    this.#options = options;
    this.#graceMs = options.graceMs ?? defaultGraceMs;
    this.exit = new Promise((resolve) => {
      this.#giveUpOnExit = resolve;
      child.once("exit", (code, signal) => {
        this.#hasExited = true;
        resolve({ code, signal });
      });
    });
    this.#closed = new Promise((resolve) => child.once("close", () => resolve()));
    child.on("error", () => {}); // a signal that could not be sent; the group is signalled again
    this.#stdout = this.#capture(child.stdout!, options.onStdout);
    this.#stderr = this.#capture(child.stderr!, options.onStderr);
    for (const pipe of [child.stdin, child.stdio[3]]) pipe?.on("error", () => {}); // EPIPE: it did not want to read
    this.#stopListening = onAbort(options.signal, () => this.#end("aborted"));
  }

  get pid(): number {
    return this.#child.pid;
  }

  get streams(): readonly Readable[] {
    return [this.#child.stdout!, this.#child.stderr!];
  }

  /** Opens the gate, if there is one, and feeds standard input. */
  async begin(): Promise<void> {
    if (this.#options.beforeStart) await this.#passGate(this.#options.beforeStart);
    if (this.#options.stdin !== undefined) this.#child.stdin!.end(this.#options.stdin);
  }

  async #passGate(beforeStart: NonNullable<ChildOptions["beforeStart"]>): Promise<void> {
    const identity = identify(this.#child.pid);
    if (identity === undefined) {
      if (this.#ended) return;
      throw new ProcessError("spawn-failed", `${this.#options.argv[0]} ended before it could be recognised.`);
    }
    await Promise.race([beforeStart(identity), this.exit]);
    if (this.#ended === undefined) openGate(this.#child.stdio[3] as Writable);
  }

  /** The leader is gone: ends what it left behind. */
  async endRest(): Promise<void> {
    clearTimeout(this.#killTimer);
    const spentMs = this.#ended === undefined ? 0 : performance.now() - this.#endedAt;
    if (signalGroup(this.#child.pid, 0)) await endWholeGroup(this.#child.pid, Math.max(0, this.#graceMs - spentMs));
    forgetGroup(this.#child.pid);
  }

  /** Reads what is still in the pipes. One that was handed to somebody outside the group is given up once it is quiet. */
  async drain(): Promise<void> {
    const bytes = (): number => this.#stdout.totalBytes + this.#stderr.totalBytes;
    const isPaused = (): boolean => this.streams.some((stream) => stream.isPaused());
    const timers = new AbortController();
    const closed = this.#closed.then(() => true);
    for (let left = longestDrainMs; left > 0; left -= isPaused() ? 0 : quietMs) {
      const before = bytes();
      const pause = delay(quietMs, false, { signal: timers.signal }).catch(() => false);
      if ((await Promise.race([closed, pause])) || (bytes() === before && !isPaused())) break;
    }
    timers.abort();
  }

  result(exit: Exit, durationMs: number): ChildResult {
    if (this.#listenerError) throw this.#listenerError.error;
    return {
      exitCode: exit.code ?? undefined,
      signal: exit.signal ?? undefined,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      stdoutTruncated: this.#stdout.isTruncated,
      stderrTruncated: this.#stderr.isTruncated,
      ended: this.#ended,
      durationMs,
    };
  }

  async dispose(): Promise<void> {
    this.#stopListening();
    if (!this.#hasExited) {
      this.#kill(); // it never got past its gate
      await this.exit;
    }
    clearTimeout(this.#killTimer);
    forgetGroup(this.#child.pid);
    for (const pipe of this.#child.stdio) pipe?.destroy();
  }

  #capture(stream: Readable, onText: ((text: string) => void) | undefined): CapturedOutput {
    return new CapturedOutput(stream, {
      maxBytes: this.#options.maxOutputBytes ?? defaultMaxOutputBytes,
      onText: onText && ((text) => this.#tell(onText, text)),
      onOverflow: () => {
        if (this.#options.overflow === "fail") this.#end("overflow");
      },
    });
  }

  /** A listener that throws ends the program; its error is what `runChild` rejects with. */
  #tell(listener: (text: string) => void, text: string): void {
    if (this.#listenerError) return;
    try {
      listener(text);
    } catch (error) {
      this.#listenerError = { error };
      this.#end("aborted");
    }
  }

  #end(reason: NonNullable<ChildResult["ended"]>): void {
    if (this.#ended !== undefined || this.#hasExited) return;
    this.#ended = reason;
    this.#endedAt = performance.now();
    terminateGroup(this.#child.pid);
    this.#killTimer = setTimeout(() => this.#kill(), this.#graceMs);
  }

  #kill(): void {
    signalGroup(this.#child.pid, "SIGKILL");
    this.#killTimer = setTimeout(() => {
      this.#child.unref();
      this.#giveUpOnExit({ code: null, signal: "SIGKILL" });
    }, lostMs);
  }
}
