import type { Channel } from "./channel.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { receivedError } from "./sent-error.ts";

/** Messages of a worker that are answered; `call` is put in here. */
type Asked = Extract<FromWorker, { readonly call: number }>;
type WithoutCall<T> = T extends unknown ? Omit<T, "call"> : never;

interface Waiter {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** A worker's end of the line to its supervisor. */
export class Link {
  readonly #channel: Channel<FromWorker, ToWorker>;
  readonly #waiters = new Map<number, Waiter>();
  #lastCall = 0;

  constructor(channel: Channel<FromWorker, ToWorker>) {
    this.#channel = channel;
  }

  send(message: FromWorker): void {
    this.#channel.send(message);
  }

  /** Sends at once what would be sent with all that follows in this turn. */
  flush(): void {
    this.#channel.flush();
  }

  /** Resolves with the answer. `onCall` is told the number of the call. */
  ask<T>(message: WithoutCall<Asked>, onCall?: (call: number) => void): Promise<T> {
    const call = ++this.#lastCall;
    onCall?.(call);
    this.#channel.send({ ...message, call } as FromWorker);
    return new Promise<T>((resolve, reject) => this.#waiters.set(call, { resolve, reject }));
  }

  answer({ call, value, error }: Extract<ToWorker, { type: "answer" }>): void {
    const waiter = this.#waiters.get(call);
    this.#waiters.delete(call);
    if (error === undefined) waiter?.resolve(value as never);
    else waiter?.reject(receivedError(error));
  }
}
