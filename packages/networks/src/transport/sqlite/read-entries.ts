import type { Database, Statement } from "@pawl/flows/sqlite";
import type { Entry } from "../../history/entry.ts";

/** An entry of the history with its number. */
export type NumberedEntry = readonly [number: number, entry: Entry];

/** Reads the rows that `HistoryWriter` writes. */
export class EntryReader {
  readonly #at: Statement;
  readonly #after: Statement;
  readonly #before: Statement;
  readonly #trace: Statement;

  constructor(database: Database) {
    this.#at = database.prepare("SELECT * FROM history WHERE seq >= ? ORDER BY seq LIMIT 1");
    this.#after = database.prepare("SELECT * FROM history WHERE seq > ? ORDER BY seq LIMIT ?");
    this.#before = database.prepare("SELECT * FROM history WHERE seq < ? ORDER BY seq DESC LIMIT ?");
    this.#trace = database.prepare("SELECT * FROM history WHERE instr(entries, ?) > 0 ORDER BY seq LIMIT ?");
  }

  /** The entry of a number, and those of the same message that follow it at once: of pods that only keep what it sent. */
  from(number: number): Entry[] {
    const row = this.#at.get(number);
    const entries = row === undefined ? [] : numbered(row);
    const start = entries.findIndex(([each]) => each === number);
    if (start < 0) return [];
    const [net, , message] = entries[start]![1];
    const end = entries.findIndex(([each, entry]) => each > number && (entry[0] !== net || entry[2] !== message));
    return entries.slice(start, end < 0 ? undefined : end).map(([, entry]) => entry);
  }

  /** Of the next rows after a number. */
  after(number: number, rows: number): NumberedEntry[] {
    return this.#after
      .all(number, rows)
      .flatMap(numbered)
      .filter(([each]) => each > number);
  }

  /** Of the rows before the one that ends with a number, and how far back they reach. */
  before(number: number, rows: number): { readonly entries: NumberedEntry[]; readonly from: number | undefined } {
    const found = this.#before.all(number, rows).reverse();
    return { entries: found.flatMap(numbered), from: found[0] === undefined ? undefined : Number(found[0].seq) };
  }

  /** Of the rows in which the text occurs. */
  withText(text: string, rows: number): NumberedEntry[] {
    return this.#trace.all(text, rows).flatMap(numbered);
  }
}

function numbered(row: Record<string, unknown>): NumberedEntry[] {
  const entries = JSON.parse(String(row.entries)) as Entry[];
  const first = Number(row.seq) - entries.length + 1;
  return entries.map((entry, index) => [first + index, entry]);
}
