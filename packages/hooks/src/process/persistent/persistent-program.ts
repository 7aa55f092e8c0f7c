import { type Clock, systemClock } from "../../guard/clock.ts";
import { growingDelayMs } from "../../guard/growing-delay.ts";
import { currentTraceparent } from "../../guard/telemetry.ts";
import { ProcessError } from "../errors.ts";
import { type OpenCall, OpenCalls } from "./open-calls.ts";
import { ProgramSession } from "./program-session.ts";

export interface PersistentProgramOptions {
  readonly argv: readonly [program: string, ...args: string[]];
  /** What it is called in errors and reports. Default: the program. */
  readonly name?: string | undefined;
  readonly cwd?: string | undefined;
  /** The whole environment. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds without a call after which the program is ended, until the next call. Default: 300 000. */
  readonly idleMs?: number | undefined;
  /** Bytes of one line of output; a longer one restarts the program. Default: 1 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** Calls that may be open at once; a further one is refused. Default: 1000. */
  readonly maxOpenCalls?: number | undefined;
  /** Milliseconds between TERM and KILL. Default: 500. */
  readonly graceMs?: number | undefined;
  /** Milliseconds before the second start in a row that gave no answer; doubled each time up to 30 s. Default: 100. */
  readonly restartMs?: number | undefined;
  /** Told everything that would otherwise go unseen. */
  readonly onReport?: ((report: ProgramReport) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** `stderr`: a line on standard error. `garbage-line`: a line on standard output that is no answer. */
export interface ProgramReport {
  readonly code: "stderr" | "garbage-line" | "line-too-long" | "restarted";
  readonly message: string;
}

export interface ProgramCallOptions {
  /** Gives the call up. With a `TimeoutError` as its reason the program counts as stuck and is restarted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call fails and the program is restarted. Default: for ever. */
  readonly timeoutMs?: number | undefined;
}

const longestRestartMs = 30_000;

/**
 * A program that is started once and answers many calls: one line of JSON each, `{"id":1,"input":…}`, answered in any
 * order by `{"id":1,"output":…}` or `{"id":1,"error":"why"}`. It starts at the first call and ends when idle. When it
 * dies or is restarted, calls that were open are sent once more.
 * It keeps this process alive only while calls are open.
 */
export class PersistentProgram {
  readonly #options: PersistentProgramOptions;
  readonly #clock: Clock;
  readonly #calls: OpenCalls;
  #session: ProgramSession | undefined;
  /** The end of the life before: two lives never overlap. */
  #ending: Promise<void> = Promise.resolve();
  #starting: Promise<void> | undefined;
  readonly #closing = new AbortController();
  /** The last line on standard error of this life: often why it ended. */
  #lastWords = "";
  /** Lives in a row that gave no answer. */
  #failures = 0;
  #notBefore = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: PersistentProgramOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#calls = new OpenCalls({
      clock: this.#clock,
      onStuck: (message) => this.#restart(new ProcessError("program-ended", `${this.#name} was ended: ${message}.`)),
      onIdle: () => this.#becomeIdle(),
    });
  }

  get isRunning(): boolean {
    return this.#session !== undefined;
  }

  /**
   * Sends one input and gives the answer's output.
   * Rejects with a ProcessError (`program-refused`: it answered with an error; `program-timeout`; `program-ended`: twice
   * while this call was open; `program-closed`; `too-many-calls`; or why it could not start), or with the signal's reason.
   */
  call(input: unknown, options: ProgramCallOptions = {}): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closing.signal.aborted)
      return Promise.reject(new ProcessError("program-closed", `${this.#name} was closed.`));
    const limit = this.#options.maxOpenCalls ?? 1_000;
    if (this.#calls.size >= limit) {
      const message = `${this.#name} has ${limit} open calls, and no more are allowed.`;
      return Promise.reject(new ProcessError("too-many-calls", message));
    }
    this.#becomeBusy();
    const traceparent = currentTraceparent();
    const answer = this.#calls.add(this.#name, traceparent ? { input, traceparent } : { input }, options);
    this.#deliver();
    return answer;
  }

  /** Rejects open calls and ends the program. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#idleTimer);
    this.#calls.rejectAll(new ProcessError("program-closed", `${this.#name} was closed.`));
    await this.#starting;
    this.#stop();
    await this.#ending;
  }

  get #name(): string {
    return this.#options.name ?? this.#options.argv[0];
  }

  #deliver(): void {
    if (this.#session === undefined) this.#starting ??= this.#start();
    else for (const call of this.#calls.unsent()) this.#send(this.#session, call);
  }

  #send(session: ProgramSession, call: OpenCall): void {
    call.isSent = true;
    call.sends++;
    session.send(call.line);
  }

  async #start(): Promise<void> {
    await this.#ending;
    const wait = this.#notBefore - this.#clock.monotonic();
    if (wait > 0) await this.#clock.sleep(wait, this.#closing.signal).catch(() => {});
    if (this.#calls.size > 0) await this.#open();
    this.#starting = undefined;
    if (this.#calls.size > 0) this.#deliver();
    else this.#becomeIdle();
  }

  async #open(): Promise<void> {
    const { argv, cwd, env, graceMs = 500, maxLineBytes = 1_048_576 } = this.#options;
    this.#lastWords = "";
    const tooLong = `a line of its output was longer than ${maxLineBytes} bytes`;
    try {
      const session = await ProgramSession.start(
        { argv, cwd, env, graceMs, maxLineBytes },
        {
          onLine: (line) => this.#takeLine(session, line),
          onStderr: (line) => {
            this.#lastWords = line;
            this.#report("stderr", line);
          },
          onTooLong: () => {
            this.#report("line-too-long", `${this.#name} was ended: ${tooLong}.`);
            this.#restart(new ProcessError("program-ended", `${this.#name} was ended: ${tooLong}.`));
          },
          onExit: (how) => this.#takeExit(session, how),
        },
      );
      this.#session = session;
    } catch (error) {
      this.#calls.rejectAll(error);
    }
  }

  #takeLine(session: ProgramSession, line: string): void {
    if (session !== this.#session || line.trim() === "") return;
    if (this.#calls.answer(line)) {
      session.answers++;
      this.#failures = 0;
    } else this.#report("garbage-line", `${this.#name} printed a line that is no answer: ${line.slice(0, 200)}`);
  }

  #takeExit(session: ProgramSession, how: string): void {
    if (session !== this.#session) return;
    if (session.answers === 0) {
      this.#failures++;
      const delay = { initialDelayMs: this.#options.restartMs ?? 100, maxDelayMs: longestRestartMs };
      this.#notBefore = this.#clock.monotonic() + growingDelayMs(delay, this.#failures);
    }
    const words = this.#lastWords === "" ? "." : `: ${this.#lastWords.slice(0, 300)}`;
    this.#restart(new ProcessError("program-ended", `${this.#name} ended ${how} before it answered${words}`));
  }

  /** Ends this life; calls that were open get another one, once. */
  #restart(error: ProcessError): void {
    this.#stop();
    this.#calls.retry(error);
    if (this.#calls.size === 0) return;
    this.#report("restarted", `${error.message} Starting it again for ${this.#calls.size} open calls.`);
    this.#deliver();
  }

  #stop(): void {
    if (this.#session) this.#ending = this.#session.end();
    this.#session = undefined;
  }

  #becomeBusy(): void {
    clearTimeout(this.#idleTimer);
    this.#session?.hold(true);
  }

  #becomeIdle(): void {
    this.#session?.hold(false);
    clearTimeout(this.#idleTimer);
    if (this.#closing.signal.aborted) return;
    this.#idleTimer = setTimeout(() => this.#stop(), this.#options.idleMs ?? 300_000).unref();
  }

  #report(code: ProgramReport["code"], message: string): void {
    try {
      this.#options.onReport?.({ code, message });
    } catch {
      // Whoever is told only watches.
    }
  }
}
