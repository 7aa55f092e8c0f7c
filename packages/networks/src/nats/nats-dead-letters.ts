import { createHash } from "node:crypto";
import type { DeadLetter, DeadLetters, NewDeadLetter } from "../transport/dead-letter.ts";
import { answered } from "./answered.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import type { Publication } from "./publisher.ts";
import type { Records } from "./records.ts";

const atOnce = 64;
const writeMs = 60_000;
/** Leaves room for a subject and headers. */
const overhead = 1_024;

/** A letter whose text is too long for one message. */
interface Split {
  readonly parts: number;
  readonly of: string;
}

/** The dead letters of a network. Their numbers are those of their messages in a stream of their own. */
export class NatsDeadLetters implements DeadLetters {
  readonly #link: Link;
  readonly #records: Records;
  readonly #names: Names;

  constructor(parts: { link: Link; records: Records; names: Names }) {
    this.#link = parts.link;
    this.#records = parts.records;
    this.#names = parts.names;
  }

  /**
   * What makes a letter durable, to be done one after the other. A pod gives up on the same tokens once: what it is called
   * the second time, when a server that was killed delivers them again, is not why they died.
   */
  publications(letter: NewDeadLetter): readonly (readonly Publication[])[] {
    const { base } = this.#names;
    const text = JSON.stringify(letter);
    const ids = letter.envelopes.map((envelope) => envelope.id);
    const id = createHash("sha256")
      .update(JSON.stringify([letter.pod, ids]))
      .digest("hex");
    const subject = `${base}.dead.${letter.pod}`;
    const bytes = new TextEncoder().encode(text);
    const most = this.#link.connection.info!.max_payload - overhead;
    if (bytes.length <= most) return [[{ subject, body: text, id, forMs: writeMs }]];
    const parts = piecesOf(text, Math.floor(most / 4));
    const split: Split = { parts: parts.length, of: id };
    return [
      parts.map((body, index) => ({
        subject: partSubject(base, id, index),
        body,
        id: `${id}/${index}`,
        forMs: writeMs,
      })),
      [{ subject, body: JSON.stringify(split), id, forMs: writeMs }],
    ];
  }

  async list(
    filter: { readonly pod?: string; readonly limit?: number; readonly before?: number } = {},
  ): Promise<DeadLetter[]> {
    const { pod, limit = 100, before = Number.POSITIVE_INFINITY } = filter;
    const { state } = await answered(this.#link.manager.streams.info(this.#names.dead));
    const letters: DeadLetter[] = [];
    for (
      let next = Math.min(before - 1, state.last_seq);
      next >= Math.max(1, state.first_seq) && letters.length < limit;
    ) {
      const numbers = Array.from({ length: Math.min(atOnce, next - state.first_seq + 1) }, (_, index) => next - index);
      const found = await Promise.all(numbers.map((number) => this.get(number)));
      for (const letter of found) if (letter !== undefined && (pod ?? letter.pod) === letter.pod) letters.push(letter);
      next -= numbers.length;
    }
    return letters.slice(0, limit);
  }

  async get(id: number): Promise<DeadLetter | undefined> {
    if (!Number.isInteger(id) || id < 1) return undefined;
    const found = await this.#records.at(this.#names.dead, id);
    if (found === undefined || found.subject.split(".").at(-2) !== "dead") return undefined;
    const read = JSON.parse(found.text) as NewDeadLetter | Split;
    if (!("parts" in read)) return { ...read, id };
    const whole = await this.#join(read);
    return whole === undefined ? undefined : { ...whole, id };
  }

  async remove(ids?: readonly number[]): Promise<number> {
    const { streams } = this.#link.manager;
    if (ids === undefined) {
      const count = await this.count();
      await streams.purge(this.#names.dead);
      return count;
    }
    let removed = 0;
    for (const id of ids) {
      const found = await this.#records.at(this.#names.dead, id);
      if (found === undefined) continue;
      await streams.deleteMessage(this.#names.dead, id, false);
      const read = JSON.parse(found.text) as NewDeadLetter | Split;
      if ("parts" in read)
        await streams.purge(this.#names.dead, { filter: partSubject(this.#names.base, read.of, "*") });
      removed++;
    }
    return removed;
  }

  async count(): Promise<number> {
    const filter = `${this.#names.base}.dead.*`;
    const { state } = await answered(this.#link.manager.streams.info(this.#names.dead, { subjects_filter: filter }));
    return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  }

  async #join({ parts, of }: Split): Promise<NewDeadLetter | undefined> {
    const subjects = Array.from({ length: parts }, (_, index) => partSubject(this.#names.base, of, index));
    const found = await Promise.all(subjects.map((subject) => this.#records.read(this.#names.dead, subject)));
    if (found.includes(undefined)) return undefined;
    return JSON.parse(found.map((part) => part!.text).join("")) as NewDeadLetter;
  }
}

/** Two tokens longer than the subject of a letter, so that the one is never taken for the other. */
function partSubject(base: string, of: string, index: number | "*"): string {
  return `${base}.dead.part.${of.slice(0, 40)}.${index}`;
}

/** Of so many characters each; none is cut in the middle of a pair. */
function piecesOf(text: string, length: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + length);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last < 0xdc00) to++;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
