import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "@pawl/hooks/guard";

interface Timer {
  readonly at: number;
  readonly run: () => void;
  /** Somebody does nothing but wait for it: time goes on for its sake. */
  readonly isAwaited: boolean;
}

/** Turns of the event loop without any news after which nothing more is believed to happen by itself. */
const quietTurns = 12;

/**
 * The time of a test: it stands still while anything happens, and then goes straight to the moment that is waited for next.
 * What acts for real holds it, because that takes no time here.
 */
export class VirtualTime {
  /** For the engine: its time-outs pass only when something is waited for, as they would. */
  readonly clock: Clock;
  /** For the store, the timers of which are the pauses of runs. */
  readonly storeClock: Clock;
  readonly #timers = new Set<Timer>();
  readonly #call = new AsyncLocalStorage<Hold>();
  #now: number;
  #holds = 0;
  #news = 0;
  #onRelease: () => void = () => {};

  constructor(start: number) {
    this.#now = start;
    const now = () => this.#now;
    const shared = { now, monotonic: now, sleep: (ms: number, signal?: AbortSignal) => this.#sleep(ms, signal) };
    this.clock = { ...shared, after: (ms, run) => this.#set(ms, run, false) };
    this.storeClock = { ...shared, after: (ms, run) => this.#set(ms, run, true) };
  }

  /** Something has happened. */
  stir(): void {
    this.#news++;
  }

  /** Time stands still until this is called. */
  hold(): () => void {
    this.#holds++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds--;
      this.#news++;
      this.#onRelease();
    };
  }

  /** Holds time while `act` goes on, but for the pauses that it makes on the clock itself. */
  async during<T>(act: () => Promise<T> | T): Promise<T> {
    const call = new Hold(() => this.hold());
    try {
      return await this.#call.run(call, act);
    } finally {
      call.end();
    }
  }

  /** Lets time pass until `isOver`; true when nothing more happens by itself before that. */
  async pass(isOver: () => boolean): Promise<boolean> {
    for (;;) {
      await this.#quiet(isOver);
      if (isOver()) return false;
      const next = this.#next((timer) => timer.isAwaited);
      if (next === undefined) return true;
      this.#goTo(next.at);
    }
  }

  async #quiet(isOver: () => boolean): Promise<void> {
    let seen = -1;
    for (let turns = 0; turns < quietTurns && !isOver(); turns++) {
      if (this.#holds > 0) await this.#released();
      if (seen !== this.#news) turns = 0;
      seen = this.#news;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #released(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRelease = resolve;
    });
  }

  /** Up to the next timer at most: what it sets off may take others away. */
  #goTo(moment: number): void {
    const due = this.#next((timer) => timer.at <= moment);
    if (due === undefined) return;
    this.#timers.delete(due);
    this.#now = Math.max(this.#now, due.at);
    this.#news++;
    due.run();
  }

  #next(fits: (timer: Timer) => boolean): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (fits(timer) && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }

  #set(ms: number, run: () => void, isAwaited: boolean): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run, isAwaited };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const call = this.#call.getStore();
    call?.pause();
    try {
      await new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const wake = () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        };
        const forget = this.#set(ms, wake, true);
        const stop = () => {
          forget();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", stop, { once: true });
      });
    } finally {
      call?.goOn();
    }
  }
}

/** One real call's hold on time; it lets go while the call itself sleeps. */
class Hold {
  readonly #take: () => () => void;
  #release: () => void;
  #sleeps = 0;
  #hasEnded = false;

  constructor(take: () => () => void) {
    this.#take = take;
    this.#release = take();
  }

  pause(): void {
    if (this.#sleeps++ === 0) this.#release();
  }

  goOn(): void {
    if (--this.#sleeps === 0 && !this.#hasEnded) this.#release = this.#take();
  }

  end(): void {
    this.#hasEnded = true;
    this.#release();
  }
}
