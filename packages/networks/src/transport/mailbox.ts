import type { DueQueue } from "../schedule/due-queue.ts";
import type { Backlog, ConsumeOptions, Consumer } from "./transport.ts";
import type { Pumped, Turns } from "./turns.ts";

/** What a mailbox needs to know of what lies in it. */
export interface Letter {
  readonly bytes: number;
  /** Its neighbours among all letters that are not settled. Only the mailbox touches them. */
  previous: Letter | undefined;
  next: Letter | undefined;
}

/** The tokens that wait at one pod: first in, first out, as many open at once as its consumer has credit for. */
export class Mailbox<L extends Letter> implements Pumped {
  readonly #turns: Turns;
  readonly #delayed: DueQueue<() => void>;
  #queue: L[] = [];
  #head = 0;
  /** The newest of all letters that are not settled, in a list of their own: a set would cost twice as much. */
  #newest: L | undefined;
  #messages = 0;
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
    return { messages: this.#messages, bytes: this.#bytes };
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
    for (const letter of this.letters()) if (matches(letter)) count++;
    return count;
  }

  /** Those that are not settled, the newest first. */
  *letters(): Generator<L> {
    for (let letter = this.#newest; letter !== undefined; letter = letter.previous as L | undefined) yield letter;
  }

  push(letter: L): void {
    this.#keep(letter);
    this.#queue.push(letter);
    this.#wake();
  }

  /** As `push`, but it is handed out only when it is due. */
  pushLater(letter: L, due: number): void {
    this.#keep(letter);
    this.#delayed.add(() => this.#requeue(letter), due);
  }

  /** The letter is settled for good. */
  settle(letter: L): void {
    this.#drop(letter);
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

  #keep(letter: L): void {
    this.#messages++;
    this.#bytes += letter.bytes;
    letter.previous = this.#newest;
    if (this.#newest !== undefined) this.#newest.next = letter;
    this.#newest = letter;
  }

  #drop(letter: L): void {
    this.#messages--;
    this.#bytes -= letter.bytes;
    if (letter.previous !== undefined) letter.previous.next = letter.next;
    if (letter.next !== undefined) letter.next.previous = letter.previous;
    else this.#newest = letter.previous as L | undefined;
    letter.previous = undefined;
    letter.next = undefined;
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
