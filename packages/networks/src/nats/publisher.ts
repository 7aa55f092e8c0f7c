import { FullError, UnavailableError } from "../transport/transport.ts";
import type { Msg, Subscription } from "./client.ts";
import type { Link } from "./link.ts";
import { NumberTable } from "./number-table.ts";
import { bytesOf, headersOf, textOf } from "./wire.ts";

/** What the server said to a message it has stored, or knew. */
export interface Stored {
  readonly seq: number;
  readonly isDuplicate: boolean;
}

export type PublishDone = (error: Error | undefined, stored: Stored | undefined) => void;

export interface Publication {
  readonly subject: string;
  readonly body: string;
  /** The server stores a message with the same id only once, as long as it remembers. */
  readonly id?: string;
  /** Stored only when the newest message of the subject has this number; 0 = when there is none. */
  readonly after?: number;
  /** How long to try. */
  readonly forMs: number;
  /** Told before whoever waits for it. */
  readonly onStored?: (publication: Publication, stored: Stored) => void;
  /** Whoever asked can come again, so that a full stream is told at once. */
  readonly failsWhenFull?: boolean;
}

/** The subject has another newest message than was expected. */
export class PassedError extends Error {
  readonly code = "passed";
}

/** More than the server takes in one message. */
export class TooLargeError extends Error {
  readonly code = "too-large";
}

interface Pending {
  readonly publication: Publication;
  readonly number: number;
  readonly done: PublishDone;
  readonly until: number;
  sentAt: number;
  fullError: FullError | undefined;
}

/** What is kept free for headers. */
const headerBytes = 1_024;
const sweepMs = 250;
const resendMs = 2_000;
const passed = 10_071;
const full: ReadonlySet<number> = new Set([10_077, 10_047, 10_023]);

/**
 * Publishes and waits until the server has stored it. All answers come to one inbox and a map: the client's own way
 * costs several times as much. What was not answered is sent again under its id, after a while and after a reconnect.
 */
export class Publisher {
  readonly #link: Link;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #pending = new NumberTable<Pending>();
  readonly #forget: () => void;
  readonly #maxBytes: number;
  #number = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(link: Link) {
    this.#link = link;
    this.#maxBytes = (link.connection.info?.max_payload ?? 1_048_576) - headerBytes;
    this.#inbox = `${link.inboxPrefix}.${Math.random().toString(36).slice(2)}${Date.now().toString(36)}.`;
    this.#subscription = link.connection.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
      },
    });
    this.#forget = link.onChange((isConnected) => {
      if (isConnected) for (const pending of this.#pending.values()) this.#sendAgain(pending);
    });
  }

  publish(publication: Publication, done: PublishDone): void {
    if (this.#isClosed) {
      done(new UnavailableError("The network has stopped."), undefined);
      return;
    }
    this.#number++;
    const sentAt = performance.now();
    const until = sentAt + publication.forMs;
    const pending = { publication, number: this.#number, done, until, sentAt, fullError: undefined };
    this.#pending.add(this.#number, pending);
    if (this.#link.isConnected) this.#send(pending);
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs);
  }

  /** As `publish`, as a promise. */
  store(publication: Publication): Promise<Stored> {
    return new Promise((resolve, reject) => {
      this.publish(publication, (error, stored) => (error === undefined ? resolve(stored!) : reject(error)));
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
    clearInterval(this.#timer);
    this.#subscription.unsubscribe();
    for (const { done } of this.#pending.values()) done(new UnavailableError("The network has stopped."), undefined);
    this.#pending.clear();
  }

  #sendAgain(pending: Pending): void {
    pending.sentAt = performance.now();
    this.#send(pending);
  }

  #send(pending: Pending): void {
    const { subject, body } = pending.publication;
    const payload = bytesOf(body);
    if (payload.length > this.#maxBytes) {
      this.#settle(
        pending,
        new TooLargeError(`A message of ${payload.length} bytes is more than NATS takes.`),
        undefined,
      );
      return;
    }
    const headers = headersOf(this.#link.client, pending.publication);
    const reply = this.#inbox + pending.number;
    this.#link.send(subject, payload, headers === undefined ? { reply } : { reply, headers });
  }

  #answered(message: Msg): void {
    const pending = this.#pending.get(Number(message.subject.slice(this.#inbox.length)));
    if (pending === undefined) return;
    // Nobody listens where a stream should: the server starts, or the stream is not there yet. The sweep tries again.
    if (message.data.length === 0) {
      pending.sentAt = performance.now() - resendMs + sweepMs;
      return;
    }
    const answer = JSON.parse(textOf(message.data)) as Answer;
    if (answer.error === undefined) {
      this.#settle(pending, undefined, { seq: answer.seq ?? 0, isDuplicate: answer.duplicate === true });
    } else this.#refused(pending, answer.error);
  }

  #refused(pending: Pending, { err_code, code, description }: NonNullable<Answer["error"]>): void {
    if (err_code === passed) this.#settle(pending, new PassedError(description), undefined);
    else if (err_code !== undefined && full.has(err_code)) {
      pending.fullError = new FullError(`The stream of the network is full: ${description}.`);
      if (pending.publication.failsWhenFull) this.#settle(pending, pending.fullError, undefined);
    } else if (code !== 503) this.#settle(pending, new UnavailableError(`NATS refused it: ${description}.`), undefined);
  }

  #settle(pending: Pending, error: Error | undefined, stored: Stored | undefined): void {
    if (!this.#pending.delete(pending.number)) return;
    if (stored !== undefined) pending.publication.onStored?.(pending.publication, stored);
    pending.done(error, stored);
  }

  #sweep(): void {
    const now = performance.now();
    for (const pending of this.#pending.values()) {
      if (now > pending.until) {
        const error = pending.fullError ?? new UnavailableError(this.#link.reason ?? "NATS gave no answer in time.");
        this.#settle(pending, error, undefined);
      } else if (this.#link.isConnected && now - pending.sentAt > resendMs) this.#sendAgain(pending);
    }
    if (this.#pending.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

interface Answer {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code: number; readonly err_code?: number; readonly description: string };
}
