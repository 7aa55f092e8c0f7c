import type { DueQueue } from "../schedule/due-queue.ts";
import type { Backlog, ConsumeOptions, Consumer } from "./transport.ts";
import type { Pumped, Turns } from "./turns.ts";

/** What a mailbox needs to know of what lies in it. */
export interface Letter {
  readonly bytes: number;
}

/** The tokens that wait at one pod: first in, first out, as many open at once as its consumer has credit for. */
export class Mailbox<L extends Letter> implements Pumped {
  readonly #turns: Turns;
  readonly #delayed: DueQueue<() => void>;
  #queue: L[] = [];
  #head = 0;
  readonly #letters = new Set<L>();
  #open = 0;
  #bytes = 0;
  #credit = 0;
  #isOrdered = false;
  #isReady = false;
  #handler: ((letter: L) => void) | undefined;

  constructor(turns: Turns, delayed: DueQueue<() => void>) {
    this.#turns = turns;
    this.#delayed = delayed;
  }

  get backlog(): Backlog {
    return { messages: this.#letters.size, bytes: this.#bytes };
  }

  consume(options: ConsumeOptions, handler: (letter: L) => void): Consumer {
    this.#credit = options.credit;
    this.#isOrdered = options.isOrdered ?? false;
    this.#handler = handler;
    this.#wake();
    return {
      close: () => {
        this.#handler = undefined;
      },
    };
  }

  /** How many of the letters that are not settled match. */
  count(matches: (letter: L) => boolean): number {
    let count = 0;
    for (const letter of this.#letters) if (matches(letter)) count++;
    return count;
  }

  push(letter: L): void {
    this.#letters.add(letter);
    this.#bytes += letter.bytes;
    this.#queue.push(letter);
    this.#wake();
  }

  /** As `push`, but it is handed out only when it is due. */
  pushLater(letter: L, due: number): void {
    this.#letters.add(letter);
    this.#bytes += letter.bytes;
    this.#delayed.add(() => this.#requeue(letter), due);
  }

  /** The letter is settled for good. */
  settle(letter: L): void {
    this.#letters.delete(letter);
    this.#bytes -= letter.bytes;
    this.#free();
  }

  /** Hands the letter out again when it is due. An ordered consumer gets nothing else meanwhile. */
  putBack(letter: L, due: number): void {
    if (this.#isOrdered) this.#delayed.add(() => this.#handler?.(letter), due);
    else {
      this.#free();
      this.#delayed.add(() => this.#requeue(letter), due);
    }
  }

  pump(limit: number): number {
    this.#isReady = false;
    let count = 0;
    while (count < limit && this.#canDeliver()) {
      const letter = this.#queue[this.#head]!;
      this.#head++;
      if (this.#head === this.#queue.length) {
        this.#queue = [];
        this.#head = 0;
      } else if (this.#head > 4_096 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      this.#open++;
      count++;
      this.#handler!(letter);
    }
    this.#wake();
    return count;
  }

  #requeue(letter: L): void {
    this.#queue.push(letter);
    this.#wake();
  }

  #free(): void {
    this.#open--;
    this.#wake();
  }

  #canDeliver(): boolean {
    return this.#handler !== undefined && this.#open < this.#credit && this.#head < this.#queue.length;
  }

  #wake(): void {
    if (this.#isReady || !this.#canDeliver()) return;
    this.#isReady = true;
    this.#turns.add(this);
  }
}
