import type { Msg } from "./client.ts";
import type { Link } from "./link.ts";
import { bytesOf } from "./wire.ts";

export interface PullOptions {
  readonly link: Link;
  readonly stream: string;
  readonly consumer: string;
  /** How many messages may be open in all, and how many are. */
  readonly room: () => { readonly most: number; readonly open: number };
  readonly onMessage: (message: Msg) => void;
  /** The consumer is not there. */
  readonly onMissing: () => void;
}

interface Request {
  readonly number: number;
  left: number;
}

const nanos = 1_000_000;
const expiresMs = 30_000;
const heartbeatMs = 10_000;
const watchMs = 5_000;
const silenceMs = 2.5 * heartbeatMs;
const mostAtOnce = 512;
const worthAsking = 128;
const pauseMs = 250;

/** Asks a consumer for as many messages as there is room for, and no more. */
export class Pull {
  readonly #options: PullOptions;
  readonly #inbox: string;
  readonly #unsubscribe: () => Promise<void>;
  readonly #forget: () => void;
  readonly #watch: NodeJS.Timeout;
  #requests: Request[] = [];
  #requested = 0;
  #number = 0;
  #heardAt = performance.now();
  #pause: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PullOptions) {
    const { link } = options;
    this.#options = options;
    this.#inbox = `${link.inboxPrefix}.pull${Math.random().toString(36).slice(2)}.`;
    const subscription = link.connection.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.#heard(message);
      },
    });
    this.#unsubscribe = () => subscription.drain().catch(() => {});
    this.#forget = link.onChange(() => this.#reset());
    this.#watch = setInterval(() => {
      if (this.#requested > 0 && performance.now() - this.#heardAt > silenceMs) this.#reset();
    }, watchMs);
    this.more();
  }

  /** To be called when there is room again. */
  more(): void {
    const { link, room, stream, consumer } = this.#options;
    if (this.#isClosed || this.#pause !== undefined || !link.isConnected) return;
    const { most, open } = room();
    const free = most - open - this.#requested;
    // A few large requests cost the server less than many small ones.
    if (free <= 0 || free < this.#requested || free < Math.min(worthAsking, most / 4)) return;
    const batch = Math.min(free, mostAtOnce);
    this.#number++;
    if (this.#requested === 0) this.#heardAt = performance.now();
    this.#requests.push({ number: this.#number, left: batch });
    this.#requested += batch;
    const asked = { batch, expires: expiresMs * nanos, idle_heartbeat: heartbeatMs * nanos };
    const reply = this.#inbox + this.#number;
    link.send(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, bytesOf(JSON.stringify(asked)), { reply });
  }

  /** Resolves when nothing comes any more; what came meanwhile was handed out. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#pause);
    this.#forget();
    if (!this.#options.link.connection.isClosed()) await this.#unsubscribe();
  }

  #heard(message: Msg): void {
    this.#heardAt = performance.now();
    if (message.data.length === 0 && message.headers !== undefined && message.headers.code >= 100) {
      this.#told(message.headers.code, message);
      return;
    }
    // Requests are served in the order in which they came.
    const [first] = this.#requests;
    if (first !== undefined) {
      this.#requested--;
      first.left--;
      if (first.left === 0) this.#requests.shift();
    }
    this.#options.onMessage(message);
    this.more();
  }

  /** 404, 408: nothing more came for a request; 409: the consumer cannot serve it now; 503: nobody serves it. */
  #told(code: number, message: Msg): void {
    if (code === 100) return;
    const number = Number(message.subject.slice(this.#inbox.length));
    const ended = this.#requests.find((request) => request.number === number);
    if (ended === undefined) return;
    this.#requests = this.#requests.filter((request) => request !== ended);
    this.#requested -= ended.left;
    if (code === 404 || code === 408) this.more();
    else {
      this.#rest();
      if (code === 503 || /consumer (deleted|not found)/i.test(message.headers?.description ?? ""))
        this.#options.onMissing();
    }
  }

  #rest(): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.more();
    }, pauseMs);
  }

  /** Nobody knows what has become of the requests: the server forgets those of a connection that ended. */
  #reset(): void {
    this.#requests = [];
    this.#requested = 0;
    this.more();
  }
}
