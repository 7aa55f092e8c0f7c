import { formatDuration, type Logger } from "@pawl/hooks/guard";
import type { PodStats } from "../delivery/pod-stats.ts";

const tickMs = 50;
const blockedMs = 100;
const notReadyMs = 5_000;

/**
 * Notices when the event loop stood still, and says which hook held it. A hook that blocks before its first `await`
 * is measured directly by its caller; one that blocks after it is found by the tick that came late, and named if it
 * was the last to be entered.
 */
export class LoopWatch {
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;
  #last: { readonly name: string; readonly stats: PodStats } | undefined;
  #toldSinceTick = 0;
  #unreadyUntil = 0;
  /** The longest time the loop stood still since it was last asked for, in milliseconds. */
  #worstMs = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  start(): void {
    this.#lastTick = performance.now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A hook went on asynchronously: if the loop stands still now, it is the first suspect. */
  entered(name: string, stats: PodStats): void {
    this.#last = { name, stats };
  }

  blockedBy(name: string, ms: number, stats: PodStats): void {
    stats.blocked++;
    this.#toldSinceTick += ms;
    this.#note(ms);
    this.#log.warn(`The hook of ${name} held the event loop for ${formatDuration(ms)}; nothing else ran meanwhile.`, {
      pod: name,
      ms: Math.round(ms),
      hint: "use await for anything slow, or isolate: worker",
    });
  }

  /** False for a while after the loop stood still for seconds. */
  get isReady(): boolean {
    return performance.now() >= this.#unreadyUntil;
  }

  takeWorstMs(): number {
    const worst = this.#worstMs;
    this.#worstMs = 0;
    return worst;
  }

  #tick(): void {
    const now = performance.now();
    const stood = now - this.#lastTick - tickMs;
    this.#lastTick = now;
    const untold = stood - this.#toldSinceTick;
    this.#toldSinceTick = 0;
    this.#note(stood);
    if (untold <= blockedMs) return;
    const suspect = this.#last;
    if (suspect !== undefined && suspect.stats.inFlight > 0) this.blockedBy(suspect.name, untold, suspect.stats);
    else this.#log.debug(`The event loop stood still for ${formatDuration(untold)}, outside of any hook.`);
    this.#toldSinceTick = 0;
  }

  #note(ms: number): void {
    this.#worstMs = Math.max(this.#worstMs, ms);
    if (ms > notReadyMs) this.#unreadyUntil = performance.now() + notReadyMs;
  }
}
