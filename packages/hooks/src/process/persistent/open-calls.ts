import type { Clock } from "../../guard/clock.ts";
import { onAbort } from "../../guard/on-abort.ts";
import { ProcessError } from "../errors.ts";

/** A call without an answer. */
export interface OpenCall {
  readonly id: number;
  readonly line: string;
  isSent: boolean;
  sends: number;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Takes the timer and the listener away. */
  release: () => void;
}

export interface OpenCallsOptions {
  readonly clock: Clock;
  /** A call that had been sent ran out of time. */
  readonly onStuck: (message: string) => void;
  /** The last open call has gone. */
  readonly onIdle: () => void;
}

const maxSends = 2;

/** The calls of a persistent program by their ids, which are never used twice. */
export class OpenCalls {
  readonly #options: OpenCallsOptions;
  readonly #calls = new Map<number, OpenCall>();
  #lastId = 0;

  constructor(options: OpenCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#calls.size;
  }

  add(
    name: string,
    message: object,
    limits: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined },
  ): Promise<unknown> {
    const id = ++this.#lastId;
    const line = `${JSON.stringify({ id, ...message })}\n`;
    return new Promise((resolve, reject) => {
      const call: OpenCall = { id, line, isSent: false, sends: 0, resolve, reject, release: () => {} };
      this.#calls.set(id, call);
      call.release = this.#watch(call, name, limits);
    });
  }

  unsent(): OpenCall[] {
    return [...this.#calls.values()].filter((call) => !call.isSent);
  }

  /** Gives an answer to the call it is for. @returns false when the line is no answer */
  answer(line: string): boolean {
    const answer = parse(line);
    if (answer === undefined) return false;
    const call = this.#calls.get(answer.id);
    if (call === undefined) return answer.id <= this.#lastId; // given up meanwhile
    this.#remove(call);
    if (answer.error === undefined || answer.error === null) call.resolve(answer.output);
    else {
      const said = typeof answer.error === "string" ? answer.error : JSON.stringify(answer.error);
      call.reject(new ProcessError("program-refused", said));
    }
    return true;
  }

  /** Makes calls that were sent ready to be sent again; those that had their second chance fail. */
  retry(error: ProcessError): void {
    for (const call of [...this.#calls.values()]) {
      if (call.sends >= maxSends) {
        this.#remove(call);
        call.reject(error);
      } else call.isSent = false;
    }
  }

  rejectAll(error: unknown): void {
    for (const call of [...this.#calls.values()]) {
      this.#remove(call);
      call.reject(error);
    }
  }

  #watch(
    call: OpenCall,
    name: string,
    limits: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined },
  ): () => void {
    const { signal, timeoutMs } = limits;
    const giveUp = (error: unknown, isTimeout: boolean): void => {
      this.#remove(call);
      call.reject(error);
      if (isTimeout && call.isSent) this.#options.onStuck("a call ran out of time");
    };
    const stopListening = onAbort(signal, () => {
      const isTimeout = signal?.reason instanceof Error && signal.reason.name === "TimeoutError";
      giveUp(signal?.reason, isTimeout);
    });
    const cancelTimer =
      timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : this.#options.clock.after(timeoutMs, () =>
            giveUp(new ProcessError("program-timeout", `${name} gave no answer in ${timeoutMs} ms.`), true),
          );
    return () => {
      cancelTimer?.();
      stopListening();
    };
  }

  #remove(call: OpenCall): void {
    this.#calls.delete(call.id);
    call.release();
    if (this.#calls.size === 0) this.#options.onIdle();
  }
}

interface Answer {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: unknown;
}

function parse(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isAnswer =
      typeof value === "object" &&
      value !== null &&
      "id" in value &&
      typeof value.id === "number" &&
      ("output" in value || "error" in value);
    return isAnswer ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}
