import type { Clock } from "@pawl/hooks/guard";

/** One that waits, between those that began before and after it. Only `Deadlines` touches it. */
export interface Deadline {
  readonly due: number;
  readonly late: () => void;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  isOpen: boolean;
}

/** Many waits of one length share a timer: nearly all end in time, and a timer for each costs more than the wait. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  #oldest: Deadline | undefined;
  #newest: Deadline | undefined;
  #cancelTimer: (() => void) | undefined;
  #look: NodeJS.Immediate | undefined;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** `late` is called when the time is up, unless the wait is ended before. */
  begin(late: () => void): Deadline {
    const due = this.#clock.monotonic() + this.#ms;
    const deadline: Deadline = { due, late, previous: this.#newest, next: undefined, isOpen: true };
    if (this.#newest === undefined) this.#oldest = deadline;
    else this.#newest.next = deadline;
    this.#newest = deadline;
    if (this.#cancelTimer === undefined) this.#arm(this.#ms);
    return deadline;
  }

  end(deadline: Deadline): void {
    if (!deadline.isOpen) return;
    deadline.isOpen = false;
    const { previous, next } = deadline;
    if (previous === undefined) this.#oldest = next;
    else previous.next = next;
    if (next === undefined) this.#newest = previous;
    else next.previous = previous;
    if (this.#oldest === undefined) this.#look ??= setImmediate(() => this.#rest());
  }

  #arm(ms: number): void {
    this.#cancelTimer = this.#clock.after(ms, () => this.#fire());
  }

  /** Nobody waits, in this turn of the event loop either: a timer would keep the process from ending. */
  #rest(): void {
    this.#look = undefined;
    if (this.#oldest !== undefined) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #fire(): void {
    this.#cancelTimer = undefined;
    const now = this.#clock.monotonic();
    for (let first = this.#oldest; first !== undefined && first.due <= now; first = this.#oldest) {
      this.end(first);
      first.late();
    }
    if (this.#oldest !== undefined && this.#cancelTimer === undefined) {
      this.#arm(Math.max(1, Math.ceil(this.#oldest.due - now)));
    }
  }
}
