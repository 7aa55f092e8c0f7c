import { onAbort } from "../../guard/on-abort.ts";
import { type ChildOptions, type ChildResult, neverStarted } from "../child.ts";
import { ProcessError, ProgramNotFoundError } from "../errors.ts";
import type { ProcessIdentity } from "../identity.ts";
import type { Reply, Request, WiredError, WiredOptions } from "./messages.ts";

/** One program that the helper runs for us: this side of it. */
export class BrokeredRun {
  readonly settled: Promise<ChildResult>;
  /** Known once the process was born. */
  identity: ProcessIdentity | undefined;
  readonly #id: number;
  readonly #options: ChildOptions;
  readonly #send: (request: Request) => void;
  #stopListening: () => void = () => {};
  #resolve: (result: ChildResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  /** What a function of the caller's threw: it ends the program and is what the run rejects with. */
  #callerError: { readonly error: unknown } | undefined;

  constructor(id: number, options: ChildOptions, send: (request: Request) => void) {
    this.#id = id;
    this.#options = options;
    this.#send = send;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get program(): string {
    return this.#options.argv[0];
  }

  start(): void {
    this.#send({ id: this.#id, run: wired(this.#options) });
    this.#stopListening = onAbort(this.#options.signal, () => this.#abort());
  }

  take(reply: Exclude<Reply, { ready: true }>): void {
    if ("born" in reply) this.identity = reply.born;
    else if ("gate" in reply) void this.#passGate(reply.gate);
    else if ("stdout" in reply) this.#tell(this.#options.onStdout, reply.stdout);
    else if ("stderr" in reply) this.#tell(this.#options.onStderr, reply.stderr);
    else if ("error" in reply) this.fail(unwiredError(reply.error));
    else {
      this.#stopListening();
      if (this.#callerError) this.#reject(this.#callerError.error);
      else this.#resolve(Object.assign({ ...neverStarted, ended: undefined }, reply.result)); // JSON has no undefined
    }
  }

  fail(error: unknown): void {
    this.#stopListening();
    this.#reject(this.#callerError ? this.#callerError.error : error);
  }

  async #passGate(identity: ProcessIdentity): Promise<void> {
    try {
      await this.#options.beforeStart?.(identity);
      this.#send({ id: this.#id, start: true });
    } catch (error) {
      this.#callerError = { error };
      this.#send({ id: this.#id, start: false });
    }
  }

  #tell(listener: ((text: string) => void) | undefined, text: string): void {
    if (this.#callerError) return;
    try {
      listener?.(text);
    } catch (error) {
      this.#callerError = { error };
      this.#abort();
    }
  }

  #abort(): void {
    this.#send({ id: this.#id, abort: true });
  }
}

function wired(options: ChildOptions): WiredOptions {
  const { argv, cwd, graceMs, maxOutputBytes, overflow, stdin } = options;
  return {
    argv,
    env: { ...(options.env ?? process.env) },
    ...(cwd === undefined ? {} : { cwd }),
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
    ...(overflow === undefined ? {} : { overflow }),
    ...wiredInput(stdin),
    wants: {
      stdout: options.onStdout !== undefined,
      stderr: options.onStderr !== undefined,
      gate: options.beforeStart !== undefined,
    },
  };
}

function wiredInput(stdin: ChildOptions["stdin"]): Pick<WiredOptions, "stdin" | "stdinBase64"> {
  if (stdin === undefined) return {};
  return typeof stdin === "string" ? { stdin } : { stdinBase64: Buffer.from(stdin).toString("base64") };
}

function unwiredError(error: WiredError): Error {
  if (error.program !== undefined) return new ProgramNotFoundError(error.program);
  return new ProcessError(error.code ?? "spawn-failed", error.message);
}
