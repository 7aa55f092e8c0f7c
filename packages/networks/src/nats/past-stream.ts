import type { Entry } from "../history/entry.ts";
import type { Link } from "./link.ts";
import { entryIn } from "./past-line.ts";

/** What the stream still has, by the numbers of its messages. */
export interface Kept {
  readonly first: number;
  readonly last: number;
  /** When the oldest of it came, in milliseconds since 1970; nothing when it is empty. */
  readonly since: number | undefined;
}

/** A line of a message. */
export interface Numbered {
  readonly seq: number;
  readonly line: number;
  readonly entry: Entry;
}

const streamMissing = 10_059;

/** What the processes of a network told, by number. */
export class PastStream {
  readonly #link: Link;
  readonly #name: string;

  constructor(link: Link, name: string) {
    this.#link = link;
    this.#name = name;
  }

  /** Nothing when the network has not run there. */
  async kept(): Promise<Kept | undefined> {
    try {
      const { state } = await this.#link.manager.streams.info(this.#name);
      const { first_seq, last_seq, first_ts, messages } = state;
      const since = messages === 0 ? undefined : Date.parse(String(first_ts));
      return { first: Math.max(1, first_seq), last: last_seq, since };
    } catch (error) {
      if ((error as { code?: unknown }).code === streamMissing) return undefined;
      throw error;
    }
  }

  /** Everything in the messages from one number to another; `isWhole` is false when some are gone. */
  async window(
    from: number,
    to: number,
  ): Promise<{ readonly entries: readonly Numbered[]; readonly isWhole: boolean }> {
    const { streams } = this.#link.manager;
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const messages = await Promise.all(numbers.map((seq) => streams.getMessage(this.#name, { seq })));
    const entries = messages.flatMap((message, index) => {
      return message === null ? [] : linesOf(numbers[index]!, message.subject, message.string());
    });
    return { entries, isWhole: !messages.includes(null) };
  }
}

function linesOf(seq: number, subject: string, text: string): Numbered[] {
  const teller = subject.split(".").at(-1)!;
  return text.split("\n").flatMap((written, line) => {
    const entry = entryIn(written, teller);
    return entry === undefined ? [] : [{ seq, line, entry }];
  });
}
