import type { Worker } from "node:worker_threads";
import type { Logger } from "@pawl/hooks/guard";
import type { PodInput, RunningBody } from "../pod/pod-body.ts";
import type { PodContext } from "../pod/pod-context.ts";
import type { FromWorker, SentError, ToWorker, WorkerStart } from "./protocol.ts";
import { startThread } from "./start-thread.ts";

interface OpenCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a hook that was told its time is up may take to end by itself before its thread is ended. */
const graceMs = 200;

/** A pod whose hook runs in a thread of its own: it can block, and be ended when it never comes back. */
export class WorkerBody implements RunningBody {
  readonly #start: WorkerStart;
  readonly #log: Logger;
  readonly #open = new Map<number, OpenCall>();
  #worker: Worker | undefined;
  #lastCall = 0;
  #isClosed = false;
  #givingUp: Promise<void> | undefined;
  #started: OpenCall | undefined;

  constructor(start: WorkerStart, log: Logger) {
    this.#start = start;
    this.#log = log;
  }

  /** Starting a thread and loading a module takes a while, which should not be the first message's. */
  start(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#started = { resolve, reject };
      this.#spawn();
    });
  }

  /** While a call is being given up, its thread may be about to end: others wait for what becomes of it. */
  call(input: PodInput, context: PodContext): Promise<unknown> {
    return this.#givingUp === undefined
      ? this.#post(input, context)
      : this.#givingUp.then(() => this.call(input, context));
  }

  #post(input: PodInput, context: PodContext): Promise<unknown> {
    const worker = this.#worker ?? this.#spawn();
    const call = ++this.#lastCall;
    const { pod, id, correlationId, attempt, deadline, traceparent, sources, missing } = context;
    const message: ToWorker = {
      type: "call",
      call,
      input,
      context: { pod, id, correlationId, attempt, deadline, traceparent, sources, missing },
    };
    context.signal.addEventListener("abort", () => this.#abort(worker, call), { once: true });
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject });
      worker.postMessage(message);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#isClosed = true;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #spawn(): Worker {
    const worker = startThread("isolate/worker-main", this.#start);
    this.#worker = worker;
    worker.unref();
    worker.on("message", (message: FromWorker) => this.#take(message));
    worker.on("error", (error) => this.#lose(worker, error));
    worker.on("exit", (code) => this.#lose(worker, new Error(`The thread of the hook ended with code ${code}.`)));
    return worker;
  }

  #take(message: FromWorker): void {
    if (message.type === "log") this.#log[message.level](message.message);
    else if (message.type === "broken")
      this.#lose(this.#worker, new Error(`The module could not be loaded in its thread: ${message.message}`));
    else if (message.type === "ready") this.#started?.resolve(undefined);
    else {
      const open = this.#open.get(message.call);
      this.#open.delete(message.call);
      if (message.type === "result") open?.resolve(message.value);
      else open?.reject(revive(message.error));
    }
  }

  /** A hook that does not look at its signal holds the thread; the other calls in it come again. */
  #abort(worker: Worker, call: number): void {
    if (!this.#open.has(call)) return;
    worker.postMessage({ type: "abort", call } satisfies ToWorker);
    this.#givingUp = new Promise((resolve) => {
      setTimeout(() => {
        this.#givingUp = undefined;
        if (this.#open.has(call) && this.#worker === worker) {
          this.#log.warn(`The thread of ${this.#start.file} was ended: its hook did not come back.`);
          this.#lose(worker, new Error("The thread of the hook was ended."));
        }
        resolve();
      }, graceMs);
    });
  }

  #lose(worker: Worker | undefined, error: Error): void {
    if (worker === undefined || worker !== this.#worker) return;
    this.#worker = undefined;
    void worker.terminate();
    this.#started?.reject(error);
    for (const open of this.#open.values()) open.reject(error);
    const isUsed = this.#open.size > 0;
    this.#open.clear();
    // The next message should find a thread that is ready; one that breaks by itself is started only when it is needed.
    if (isUsed && !this.#isClosed) this.#spawn();
  }
}

function revive(sent: SentError): Error {
  const error = new Error(sent.message);
  error.name = sent.name;
  if (sent.stack !== undefined) error.stack = sent.stack;
  if (sent.retryable) return error;
  return Object.assign(error, { retryable: false, ...(sent.status === undefined ? {} : { status: sent.status }) });
}
