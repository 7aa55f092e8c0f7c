import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { RunInterrupted, type RunOutcome, type RunScope } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import { Channel } from "./channel.ts";
import { howItEnded, lastWordsLength } from "./end-of-worker.ts";
import type { Ask, FromWorker, SentRun, ToWorker, WorkerStart } from "./protocol.ts";
import { RunThere } from "./run-there.ts";

/** How a worker process is started. */
export interface WorkerProgram {
  /** The file that calls `serveRuns`. */
  readonly entry: string;
  readonly start: WorkerStart;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Megabytes of its heap. Default: what Node takes. */
  readonly memoryMb: number | undefined;
}

export interface WorkerEvents {
  ready(): void;
  /** It is gone, with the runs that it had and did not end. */
  gone(how: string, runs: readonly RunThere[]): void;
  ask(ask: Ask): void;
  unask(message: Extract<FromWorker, { type: "unask" }>): void;
  other(message: Extract<FromWorker, { type: "event" | "metrics" }>): void;
}

const mostDefinitions = 500;
/** How long the pipes of a process that has ended are read. */
const lastWordsMs = 500;

/** One worker process and the runs that it executes. */
export class WorkerProcess {
  readonly runs: Map<string, RunThere> = new Map();
  readonly startedAt: number = Date.now();
  readonly #program: WorkerProgram;
  readonly #on: WorkerEvents;
  readonly #child: ChildProcess;
  readonly #channel: Channel<ToWorker, FromWorker>;
  readonly #definitions = new Set<string>();
  readonly #gone: Promise<void>;
  #lastWords = "";
  #endedBy: string | undefined;
  #isReady = false;
  #isGone = false;
  #expected = 0;
  /** Looks since something was heard of it. */
  silence: number = 0;

  constructor(program: WorkerProgram, on: WorkerEvents) {
    this.#program = program;
    this.#on = on;
    const limit = program.memoryMb === undefined ? [] : [`--max-old-space-size=${program.memoryMb}`];
    this.#child = spawn(process.execPath, [...limit, program.entry, JSON.stringify(program.start)], {
      // The third and the fourth are the line and the string that a worker hangs by: see watchParent.
      stdio: ["ignore", "inherit", "pipe", "pipe", "pipe"],
      detached: true, // Ctrl-C is for the supervisor to hear
      env: program.env,
      windowsHide: true,
    });
    this.#channel = new Channel(this.#child.stdio[3] as Socket, {
      message: (message) => this.#take(message),
      close: () => setTimeout(() => this.kill("it closed its line to the supervisor"), lastWordsMs).unref(),
    });
    this.#child.stdio[4]?.on("error", () => {});
    this.#child.stderr?.on("data", (text: Buffer) => this.#hear(text));
    this.#gone = new Promise((resolve) => {
      this.#child.once("error", (error) => this.#lose(error.message, resolve));
      this.#child.once("exit", (code, signal) => {
        const lose = () => this.#lose({ code, signal }, resolve);
        // What it said last may still be in its pipes.
        this.#child.once("close", lose);
        setTimeout(lose, lastWordsMs).unref();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It takes runs. */
  get isReady(): boolean {
    return this.#isReady && !this.#isGone && this.#endedBy === undefined;
  }

  get hasBeenReady(): boolean {
    return this.#isReady;
  }

  /** Keeps a place for a run that is about to be executed. */
  expect(): void {
    this.#expected++;
  }

  /** Runs that do something at the moment, or are about to. */
  get busyRuns(): number {
    let count = this.#expected;
    for (const run of this.runs.values()) if (!run.isWaiting) count++;
    return count;
  }

  execute(
    run: RunRecord,
    scope: RunScope,
    more: Pick<Extract<ToWorker, { type: "run" }>, "steps" | "hasTools" | "isSuspect">,
  ): Promise<RunOutcome> {
    this.#expected--;
    if (this.#isGone) return Promise.reject(new RunInterrupted("Its worker process had ended before."));
    const { definition, owner: _, ...rest } = run;
    const sent: SentRun = { ...rest, definition: { hash: definition.hash, file: definition.file } };
    if (this.#definitions.size >= mostDefinitions) {
      this.#definitions.clear();
      this.send({ type: "forget" });
    }
    const text = this.#definitions.has(definition.hash) ? {} : { text: definition.text };
    this.#definitions.add(definition.hash);
    // Its first step waits for nothing else; the answer to who has started it comes after.
    this.#channel.sendSoon({ type: "run", run: sent, ...text, ...more });
    const there = new RunThere(run, scope, (message) => this.send(message));
    this.runs.set(run.id, there);
    return there.outcome.finally(() => {
      if (this.runs.get(run.id) === there) this.runs.delete(run.id);
    });
  }

  send(message: ToWorker): void {
    this.#channel.send(message);
  }

  kill(reason: string): void {
    if (this.#isGone) return;
    this.#endedBy ??= reason;
    this.#child.kill("SIGKILL");
  }

  /** Ends it, and everything it runs. */
  async close(): Promise<void> {
    this.#endedBy ??= "closed";
    this.#channel.close();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 1_000);
    await this.#gone;
    clearTimeout(kill);
  }

  #take(message: FromWorker): void {
    this.silence = 0;
    if (message.type === "beat") return;
    if (message.type === "ready") {
      this.#isReady = true;
      this.#on.ready();
    } else if (message.type === "ask") this.#on.ask(message);
    else if (message.type === "unask") this.#on.unask(message);
    else if (message.type === "event" || message.type === "metrics") this.#on.other(message);
    else this.runs.get(message.run)?.take(message);
  }

  #hear(text: Buffer): void {
    process.stderr.write(text);
    this.#lastWords = (this.#lastWords + text.toString("utf8")).slice(-lastWordsLength);
  }

  #lose(end: string | { code: number | null; signal: NodeJS.Signals | null }, settle: () => void): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const { memoryMb } = this.#program;
    const how =
      typeof end === "string"
        ? end
        : howItEnded({ ...end, reason: this.#endedBy, lastWords: this.#lastWords, memoryMb });
    const runs = [...this.runs.values()];
    this.runs.clear();
    this.#on.gone(how, runs);
    settle();
  }
}

/** What a run is given back with when its worker is gone. */
export function lostWorker(how: string): RunInterrupted {
  return new RunInterrupted(`Its worker process ended: ${how}.`);
}
