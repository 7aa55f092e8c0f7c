import { existsSync } from "node:fs";
import type { HookInput } from "../events/input.ts";
import { onAbort } from "../guard/on-abort.ts";
import type { HookOutput } from "../output/output.ts";
import type { ChildResult } from "../process/child.ts";
import { runChild } from "../process/run-child.ts";
import type { HookCallback } from "../registry/hook-matcher.ts";
import { watchForAsync, withoutFirstLine } from "./async-line.ts";
import { argvOf, type Command } from "./command-line.ts";
import { type CommandEnvironment, callVariables, environmentOf } from "./environment.ts";
import { CommandError } from "./errors.ts";
import { missingScript } from "./missing-script.ts";
import { replyOf } from "./reply.ts";

export interface CommandHookOptions extends CommandEnvironment {
  /** A text runs under `sh -c`; a list is a program with its arguments, and no shell is involved. */
  readonly command: Command;
  /** Default: the session's directory, or `projectDir` when that is not there. */
  readonly cwd?: string;
  /** Milliseconds between TERM and KILL. Default: 2000. */
  readonly graceMs?: number;
  /** Bytes of each output stream beyond which the program is ended and has failed. Default: 1 MiB. */
  readonly maxOutputBytes?: number;
  /** Milliseconds a program may go on after it said `{"async":true}` without a time. Default: 600 000. */
  readonly asyncTimeoutMs?: number;
}

/** A program that is a hook. Put `run` into a matcher's `hooks` and `settleMs` beside it. */
export interface CommandHook {
  readonly run: HookCallback;
  /** What the guard has to wait after a time-out until no process of the hook is left. */
  readonly settleMs: number;
  /** Ends what still runs. */
  close(): Promise<void>;
}

const defaultGraceMs = 2_000;
/** On top of the grace: for KILL to be seen and pipes to be emptied. */
const afterKillMs = 3_000;
const defaultAsyncTimeoutMs = 600_000;

/** Makes a hook of a command: the input as JSON on standard input, the answer by exit code and standard output. */
export function createCommandHook(options: CommandHookOptions): CommandHook {
  const closing = new AbortController();
  const open = new Set<Promise<void>>();
  return {
    settleMs: (options.graceMs ?? defaultGraceMs) + afterKillMs,
    run(input, _toolUseId, signal) {
      const call = new CommandCall(input, options);
      const reply = call.start(signal, closing.signal);
      open.add(call.ended);
      void call.ended.then(() => open.delete(call.ended));
      return reply;
    },
    async close() {
      closing.abort();
      await Promise.all(open);
    },
  };
}

/** A session's folder may have gone, or be on another machine; its hooks then run in the project's. */
function sessionFolder(cwd: string, projectDir: string | undefined): string {
  return projectDir === undefined || existsSync(cwd) ? cwd : projectDir;
}

/** Hooks of one event share the input object, so it is written out once. */
const written = new WeakMap<HookInput, string>();

function jsonOfInput(input: HookInput): string {
  let json = written.get(input);
  if (json === undefined) {
    json = JSON.stringify(input);
    written.set(input, json);
  }
  return json;
}

class CommandCall {
  readonly #input: HookInput;
  readonly #options: CommandHookOptions;
  readonly #cwd: string;
  readonly #abort = new AbortController();
  #asyncTimer: NodeJS.Timeout | undefined;
  /** Resolves when no process of the call is left. */
  ended: Promise<void> = Promise.resolve();

  constructor(input: HookInput, options: CommandHookOptions) {
    this.#input = input;
    this.#options = options;
    this.#cwd = options.cwd ?? sessionFolder(input.cwd, options.projectDir);
  }

  /** Resolves with the answer, or earlier when the program says that it will answer later. */
  start(signal: AbortSignal, closing: AbortSignal): Promise<HookOutput> {
    const stop = (): void => this.#abort.abort();
    const stopListening = onAbort(signal, stop);
    const stopListeningToClose = onAbort(closing, stop);
    return new Promise((resolve, reject) => {
      let isAsync = false;
      const run = this.#run((output) => {
        isAsync = true;
        stopListening();
        this.#asyncTimer = setTimeout(
          stop,
          output.asyncTimeout ?? this.#options.asyncTimeoutMs ?? defaultAsyncTimeoutMs,
        );
        const result = run.then((ended) => this.#reply({ ...ended, stdout: withoutFirstLine(ended.stdout) }));
        result.catch(() => {}); // whoever follows it sees it
        resolve({ ...output, result });
      });
      const clear = (): void => {
        clearTimeout(this.#asyncTimer);
        stopListening();
        stopListeningToClose();
      };
      this.ended = run.then(clear, clear);
      run.then((ended) => (isAsync ? undefined : resolve(this.#reply(ended)))).catch(reject);
    });
  }

  #run(onAsync: Parameters<typeof watchForAsync>[0]): Promise<ChildResult> {
    const { command, graceMs = defaultGraceMs, maxOutputBytes } = this.#options;
    const variables = callVariables(this.#input, this.#options);
    return runChild({
      argv: argvOf(command, variables),
      cwd: this.#cwd,
      env: environmentOf(this.#options, variables),
      stdin: `${jsonOfInput(this.#input)}\n`,
      signal: this.#abort.signal,
      graceMs,
      overflow: "fail",
      onStdout: watchForAsync(onAsync),
      ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
    });
  }

  #reply(run: ChildResult): HookOutput {
    if (run.ended === "aborted") throw new CommandError("aborted", "It was ended before it answered.");
    if (run.ended === "overflow") {
      const limit = this.#options.maxOutputBytes ?? 1_048_576;
      throw new CommandError("output-too-large", `It printed more than ${limit} bytes and was ended.`);
    }
    const missing = missingScript(this.#options.command, this.#cwd, run);
    if (missing !== undefined) {
      const message = `${missing} is not there, so nothing was run (exit code ${run.exitCode}).`;
      throw new CommandError("script-not-found", message, run.exitCode);
    }
    return replyOf(run, this.#input.hook_event_name);
  }
}
