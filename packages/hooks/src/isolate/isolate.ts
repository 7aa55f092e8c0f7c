import { onAbort } from "../guard/on-abort.ts";
import { carried, type FromInside, revived } from "./protocol.ts";
import { type IsolateProgram, type Peer, startPeer } from "./start.ts";

export interface IsolateOptions {
  readonly in: "worker" | "process";
  /** The program that calls `serveIsolate`: one of a package, or a built file. */
  readonly program: IsolateProgram | string;
  /** What the program is told at its start. For a process: JSON. */
  readonly data: unknown;
  /** Megabytes of its heap. Default: what Node takes. */
  readonly memoryMb?: number | undefined;
  /** Milliseconds that a call that was aborted may take to end by itself before the isolate is ended. Default: 200. */
  readonly graceMs?: number;
  /** Told of notes that belong to no call. */
  readonly onNote?: (note: never) => void;
}

/** Who hears what a call says on its way. */
export interface CallListener {
  readonly signal?: AbortSignal;
  note?(note: never): void;
  ask?(what: string, data: never): Promise<unknown>;
}

interface OpenCall {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly listener: CallListener;
}

const defaultGraceMs = 200;

/**
 * Code in a thread or process of its own. It may block, exit, or take all memory that it was given: only the calls that it
 * was answering fail. Once it is gone it stays gone; who needs another makes one.
 */
export class Isolate {
  /** Resolves when its program is loaded; rejects with an IsolateError when it is gone before. */
  readonly ready: Promise<void>;
  readonly #options: IsolateOptions;
  readonly #peer: Peer;
  readonly #open = new Map<number, OpenCall>();
  #becomeReady!: { resolve: () => void; reject: (error: Error) => void };
  #lastCall = 0;
  #lost: IsolateError | undefined;
  #givingUp = 0;
  #isLeaving = false;

  constructor(options: IsolateOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = { resolve, reject };
    });
    this.ready.catch(() => {}); // the calls tell it too
    this.#peer = startPeer(
      { ...options, memoryMb: options.memoryMb },
      {
        message: (message) => this.#take(message),
        gone: (how, isOutOfMemory) => this.#lose(gone(options.in, how, isOutOfMemory)),
      },
    );
    this.#peer.hold(false);
  }

  get isAlive(): boolean {
    return this.#lost === undefined;
  }

  get openCalls(): number {
    return this.#open.size;
  }

  /** A call that was aborted has not ended yet: the isolate may be ended at any moment. */
  get isGivingUp(): boolean {
    return this.#givingUp > 0;
  }

  /** Rejects with what was thrown inside, or with an IsolateError. */
  call<T>(payload: unknown, listener: CallListener = {}): Promise<T> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const call = ++this.#lastCall;
    const stop = onAbort(listener.signal, () => this.#abort(call));
    const ended = new Promise<T>((resolve, reject) => {
      this.#open.set(call, { resolve, reject, listener });
      this.#peer.hold(true);
      this.#peer.post({ type: "call", call, payload });
    });
    return ended.finally(() => {
      stop();
      this.#open.delete(call);
      if (this.#open.size > 0) return;
      this.#peer.hold(false);
      if (this.#isLeaving) void this.close();
    });
  }

  /** Takes no further call, and is closed once those that it has are over. */
  async closeWhenIdle(): Promise<void> {
    this.#isLeaving = true;
    if (this.#open.size === 0) await this.close();
  }

  async close(): Promise<void> {
    this.#lose(new IsolateError("isolate-closed", "It was closed."));
    await this.#peer.end();
  }

  #take(message: FromInside): void {
    if (message.type === "ready") this.#becomeReady.resolve();
    else if (message.type === "broken") this.#break(message.message);
    else if (message.type === "note") {
      const { call, note } = message;
      if (call === undefined) this.#options.onNote?.(note as never);
      else this.#open.get(call)?.listener.note?.(note as never);
    } else if (message.type === "ask") void this.#answer(message);
    else if (message.type === "result") this.#open.get(message.call)?.resolve(message.value as never);
    else this.#open.get(message.call)?.reject(revived(message.error));
  }

  async #answer({ ask, call, what, data }: Extract<FromInside, { type: "ask" }>): Promise<void> {
    try {
      const value = await this.#open.get(call)?.listener.ask?.(what, data as never);
      this.#peer.post({ type: "answer", ask, value });
    } catch (error) {
      this.#peer.post({ type: "answer", ask, error: carried(error) });
    }
  }

  #break(message: string): void {
    this.#lose(new IsolateError("isolate-broken", `What it was to run could not be loaded: ${message}`));
    void this.#peer.end();
  }

  /** One that does not look at its signal holds the isolate, which is then ended. */
  #abort(call: number): void {
    if (!this.#open.has(call)) return;
    this.#peer.post({ type: "abort", call, message: "The time is up." });
    this.#givingUp++;
    setTimeout(() => {
      this.#givingUp--;
      if (!this.#open.has(call)) return;
      this.#lose(
        new IsolateError("isolate-ended", `Its ${wordFor(this.#options.in)} was ended: it did not come back.`),
      );
      void this.#peer.end();
    }, this.#options.graceMs ?? defaultGraceMs);
  }

  #lose(error: IsolateError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#becomeReady.reject(error);
    for (const open of this.#open.values()) open.reject(error);
  }
}

export type IsolateCode =
  | "isolate-crashed"
  | "isolate-out-of-memory"
  | "isolate-broken"
  | "isolate-ended"
  | "isolate-closed";

/** The isolate is gone, and with it the calls that it was answering. */
export class IsolateError extends Error {
  override readonly name = "IsolateError";
  readonly code: IsolateCode;
  constructor(code: IsolateCode, message: string) {
    super(message);
    this.code = code;
  }
}

function gone(kind: IsolateOptions["in"], how: string, isOutOfMemory: boolean): IsolateError {
  const code = isOutOfMemory ? "isolate-out-of-memory" : "isolate-crashed";
  return new IsolateError(code, `Its ${wordFor(kind)} ended: ${how}.`);
}

function wordFor(kind: IsolateOptions["in"]): string {
  return kind === "worker" ? "thread" : "process";
}
