import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { carried, type FromInside, revived, type ToInside } from "./protocol.ts";
import { watchParent } from "./watch-parent.ts";

/** What a call inside an isolate is given. */
export interface InsideCall {
  readonly signal: AbortSignal;
  /** Tells the host something that it does not answer. */
  note(note: unknown): void;
  /** Asks the host for something. */
  ask<T>(what: string, data: unknown): Promise<T>;
}

export interface Inside {
  readonly data: unknown;
  /** A note that belongs to no call. */
  note(note: unknown): void;
}

type Answer = (payload: never, call: InsideCall) => unknown;

interface Line {
  readonly data: unknown;
  post(message: FromInside): void;
  listen(take: (message: ToInside) => void): void;
}

/** The main function of a program that is isolated: `load` gives what answers the calls. */
export async function serveIsolate(load: (inside: Inside) => Promise<Answer> | Answer): Promise<void> {
  const line = openLine();
  let answer: Answer;
  try {
    answer = await load({ data: line.data, note: (note) => line.post({ type: "note", call: undefined, note }) });
  } catch (error) {
    line.post({ type: "broken", message: error instanceof Error ? error.message : String(error) });
    return;
  }
  const server = new CallServer(line, answer);
  line.listen((message) => server.take(message));
  line.post({ type: "ready" });
}

class CallServer {
  readonly #line: Line;
  readonly #answer: Answer;
  readonly #open = new Map<number, AbortController>();
  readonly #asks = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #lastAsk = 0;

  constructor(line: Line, answer: Answer) {
    this.#line = line;
    this.#answer = answer;
  }

  take(message: ToInside): void {
    if (message.type === "call") void this.#call(message.call, message.payload as never);
    else if (message.type === "abort")
      this.#open.get(message.call)?.abort(new DOMException(message.message, "TimeoutError"));
    else {
      const waiter = this.#asks.get(message.ask);
      this.#asks.delete(message.ask);
      if (message.error === undefined) waiter?.resolve(message.value as never);
      else waiter?.reject(revived(message.error));
    }
  }

  async #call(call: number, payload: never): Promise<void> {
    const controller = new AbortController();
    this.#open.set(call, controller);
    try {
      const value: unknown = await this.#answer(payload, {
        signal: controller.signal,
        note: (note) => this.#line.post({ type: "note", call, note }),
        ask: (what, data) => this.#ask(call, what, data),
      });
      this.#line.post({ type: "result", call, value });
    } catch (error) {
      this.#line.post({ type: "error", call, error: carried(error) });
    } finally {
      this.#open.delete(call);
    }
  }

  #ask<T>(call: number, what: string, data: unknown): Promise<T> {
    const ask = ++this.#lastAsk;
    this.#line.post({ type: "ask", ask, call, what, data });
    return new Promise((resolve, reject) => this.#asks.set(ask, { resolve, reject }));
  }
}

/** To the thread that started this one, or to the process that started this one. */
function openLine(): Line {
  const port = parentPort;
  if (!isMainThread && port !== null) {
    const { data } = workerData as { readonly data: unknown };
    return { data, post: (message) => port.postMessage(message), listen: (take) => void port.on("message", take) };
  }
  watchParent();
  process.on("disconnect", () => process.exit(0));
  const data = JSON.parse(process.env.PAWL_ISOLATE ?? "null") as unknown;
  delete process.env.PAWL_ISOLATE;
  return {
    data,
    post: (message) => void process.send?.(message),
    listen: (take) => void process.on("message", (message) => take(message as ToInside)),
  };
}
