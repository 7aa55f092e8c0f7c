import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { formatDuration } from "@pawl/hooks/guard";
import { type IsolateProgram, programArguments } from "@pawl/hooks/isolate";
import { howToRaise } from "../plugins/load-plugin.ts";
import type { FromProbe, Look, ProbeStart } from "./protocol.ts";

export interface ProbeProcessOptions {
  /** The program that calls `serveProbe`. */
  readonly program: IsolateProgram | string;
  readonly start: ProbeStart;
  /** Megabytes that it may take for all of them. */
  readonly memoryMb: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** What one process found before it ended. */
export interface Probed {
  readonly looks: ReadonlyMap<string, Look>;
  /** Files of the project that were imported. */
  readonly files: readonly string[];
  /** Where it ended before it was through. */
  readonly cutOff?: CutOff;
  /** Why it did not begin. */
  readonly failed?: string;
}

export interface CutOff {
  /** The plugin at which it was, or the next one. */
  readonly source: string;
  readonly hasBegun: boolean;
  /** To be read after "could not be imported: ". */
  readonly how: string;
  readonly isBlocked: boolean;
}

/** Milliseconds to load Pawl itself. */
const startMs = 30_000;
/** A process that can still say that its time is up says so before this. */
const extraMs = 300;
const memoryPollMs = 25;
/** What a process has without its heap. */
const ownMb = 96;
const lastWordsLength = 4_096;

/** Imports plugins one after another in a process of its own, and leaves nobody of its group alive. */
export function probeInProcess(options: ProbeProcessOptions): Promise<Probed> {
  return new ProbeProcess(options).ended;
}

class ProbeProcess {
  readonly ended: Promise<Probed>;
  readonly #options: ProbeProcessOptions;
  readonly #child: ChildProcess;
  readonly #looks = new Map<string, Look>();
  #files: readonly string[] = [];
  #current: string | undefined;
  #hasBegun = false;
  #lastWords = "";
  /** Why we ended it. */
  #why: { readonly how: string; readonly isBlocked: boolean } | undefined;
  #clock: NodeJS.Timeout | undefined;

  constructor(options: ProbeProcessOptions) {
    this.#options = options;
    this.#child = launch(options);
    this.#wait(startMs);
    const watch = setInterval(() => this.#checkMemory(), memoryPollMs);
    const stop = () => this.#kill();
    options.signal?.addEventListener("abort", stop);
    this.#child.on("message", (message) => this.#take(message as FromProbe));
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.#lastWords = (this.#lastWords + text.toString("utf8")).slice(-lastWordsLength);
    });
    this.ended = new Promise<Probed>((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", () => this.#kill());
      this.#child.once("close", (code, signal) => resolve(this.#result(code, signal)));
    }).finally(() => {
      clearInterval(watch);
      clearTimeout(this.#clock);
      options.signal?.removeEventListener("abort", stop);
      options.signal?.throwIfAborted();
    });
  }

  #take(message: FromProbe): void {
    const { importMs } = this.#options.start;
    this.#hasBegun = true;
    if (message.type === "begin") {
      this.#current = message.source;
      this.#wait(importMs + extraMs);
      return;
    }
    this.#current = undefined;
    this.#looks.set(message.source, message.look);
    this.#files = message.files;
    this.#wait(importMs);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => {
      const limit = formatDuration(this.#options.start.importMs);
      this.#end(`it held the process that imported it for ${limit}, the longest it may${howToRaise("time")}`, true);
    }, milliseconds);
  }

  #checkMemory(): void {
    const { memoryMb } = this.#options;
    const megabytes = residentMb(this.#child.pid);
    if (megabytes !== undefined && megabytes > memoryMb + ownMb) this.#end(this.#tooMuch(), false);
  }

  #tooMuch(): string {
    return `it took more than the ${this.#options.memoryMb} MB of memory that an import may take${howToRaise("memory")}`;
  }

  #end(how: string, isBlocked: boolean): void {
    this.#why ??= { how, isBlocked };
    this.#kill();
  }

  /** The whole group: what a plugin has started goes with it. */
  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {} // nobody is left
  }

  #result(code: number | null, signal: NodeJS.Signals | null): Probed {
    const found = { looks: this.#looks, files: this.#files };
    const isOutOfMemory = /heap out of memory|Array buffer allocation failed/.test(this.#lastWords);
    const ended = signal === null ? `exit code ${code}` : `killed by ${signal}`;
    if (!this.#hasBegun) {
      const said = this.#lastWords.trim().split("\n").at(-1);
      return { ...found, failed: `the process for it ended (${ended})${said ? `: ${said}` : ""}` };
    }
    const how = isOutOfMemory ? this.#tooMuch() : `it ended the process that imported it (${ended})`;
    const why = this.#why ?? { how, isBlocked: false };
    const source = this.#current ?? this.#next();
    if (source === undefined) return found;
    return { ...found, cutOff: { source, hasBegun: this.#current !== undefined, ...why } };
  }

  /** The first that it never came to. */
  #next(): string | undefined {
    return this.#options.start.places.find(({ source }) => !this.#looks.has(source))?.source;
  }
}

function launch({ program, start, memoryMb }: ProbeProcessOptions): ChildProcess {
  return spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, ...programArguments(program)], {
    // What plugins print on their import is printed when they are imported for good. The last is what it hangs by: see watchParent.
    stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
    detached: true,
    env: { ...process.env, PAWL_PROBE: JSON.stringify(start) },
    windowsHide: true,
  });
}

/** Only Linux tells it without another program; elsewhere the limit of the heap holds alone. */
function residentMb(pid: number | undefined): number | undefined {
  if (process.platform !== "linux" || pid === undefined) return undefined;
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
  } catch {
    return undefined;
  }
}
