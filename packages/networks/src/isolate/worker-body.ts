import type { Logger } from "@pawl/hooks/guard";
import { Isolate } from "@pawl/hooks/isolate";
import type { PodInput, RunningBody } from "../pod/pod-body.ts";
import type { PodContext } from "../pod/pod-context.ts";
import type { HookStart, LogNote, SentCall } from "./protocol.ts";

const program = { from: import.meta.url, name: "isolate/worker-main" };

/** A pod whose hook runs in a thread of its own: it can block, and be ended when it never comes back. */
export class WorkerBody implements RunningBody {
  readonly #start: HookStart;
  readonly #log: Logger;
  #isolate: Isolate | undefined;
  #isClosed = false;

  constructor(start: HookStart, log: Logger) {
    this.#start = start;
    this.#log = log;
  }

  /** Starting a thread and loading a module takes a while, which should not be the first message's. */
  start(): Promise<unknown> {
    return this.#current().ready;
  }

  /** While a call is being given up, its thread may be about to end: others get a new one. */
  async call(input: PodInput, context: PodContext): Promise<unknown> {
    const isolate = this.#current();
    const { pod, id, correlationId, attempt, deadline, traceparent, sources, missing } = context;
    const sent = { pod, id, correlationId, attempt, deadline, traceparent, sources, missing };
    try {
      return await isolate.call({ input, context: sent } satisfies SentCall, { signal: context.signal });
    } finally {
      // The next message should find a thread that is ready; one that breaks by itself is started only when it is needed.
      if (!isolate.isAlive && this.#isolate === isolate && !this.#isClosed) {
        this.#log.warn(`The thread of ${this.#start.file} ended under its hook; a new one takes its place.`);
        this.#spawn();
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#isolate?.close();
  }

  #current(): Isolate {
    const isolate = this.#isolate;
    return isolate?.isAlive && !isolate.isGivingUp ? isolate : this.#spawn();
  }

  /** One that is giving up keeps the calls that it has, and ends by itself when they have come back. */
  #spawn(): Isolate {
    const old = this.#isolate;
    if (old?.isAlive) void old.closeWhenIdle();
    this.#isolate = new Isolate({
      in: "worker",
      program,
      data: this.#start,
      onNote: ({ level, message }: LogNote) => this.#log[level](message),
    });
    return this.#isolate;
  }
}
