import { existsSync } from "node:fs";
import { type Database, openDatabase } from "@pawl/flows/sqlite";
import { eventOf } from "../../history/entry.ts";
import type { NetworkEvent, NetworkEventFilter, NetworkEventPage, NetworkEvents } from "../../history/network-event.ts";
import { EntryReader, type NumberedEntry } from "./read-entries.ts";

const rowsAtOnce = 64;
/** After so many rows a reader is answered, even when none of them was asked for. */
const mostRows = 1_024;
const defaultLimit = 500;

/** Reads what a file of networks tells, whether processes run them or not; the file may be made later. */
export function openNetworkEvents(file: string): NetworkEvents {
  return new SqliteNetworkEvents(file);
}

class SqliteNetworkEvents implements NetworkEvents {
  readonly #file: string;
  readonly #names = new Map<number, string>();
  #database: Database | undefined;
  #reader: EntryReader | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async read(filter: NetworkEventFilter = {}): Promise<NetworkEventPage> {
    const after = Number(filter.after ?? 0) || 0;
    const reader = this.#open();
    if (reader === undefined) return nothingAfter(after);
    return filter.isLatest === true ? this.#latest(reader, filter) : this.#next(reader, filter, after);
  }

  async close(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
    this.#reader = undefined;
  }

  #next(reader: EntryReader, filter: NetworkEventFilter, after: number): NetworkEventPage {
    const { limit = defaultLimit } = filter;
    const events: NetworkEvent[] = [];
    let place = after;
    const page = (hasMore: boolean) => ({ events, from: String(after), place: String(place), hasMore });
    for (let rows = 0; rows < mostRows; rows += rowsAtOnce) {
      const entries = reader.after(place, rowsAtOnce);
      if (entries.length === 0) return page(false);
      for (const entry of entries) {
        if (events.length === limit) return page(true);
        place = entry[0];
        if (this.#isWanted(entry, filter)) events.push(this.#event(entry));
      }
    }
    return page(true);
  }

  #latest(reader: EntryReader, filter: NetworkEventFilter): NetworkEventPage {
    const { limit = defaultLimit } = filter;
    const found: NumberedEntry[][] = [];
    let count = 0;
    let place = 0;
    let from: number | undefined = Number.MAX_SAFE_INTEGER;
    for (let rows = 0; rows < mostRows && from !== undefined && count < limit; rows += rowsAtOnce) {
      const page = reader.before(from, rowsAtOnce);
      from = page.from;
      place = Math.max(place, page.entries.at(-1)?.[0] ?? 0);
      const wanted = page.entries.filter((entry) => this.#isWanted(entry, filter));
      count += wanted.length;
      found.push(wanted);
    }
    const latest = limit === 0 ? [] : found.reverse().flat().slice(-limit);
    const before = (latest[0]?.[0] ?? place + 1) - 1;
    const events = latest.map((entry) => this.#event(entry));
    return { events, from: String(before), place: String(place), hasMore: false };
  }

  #isWanted([, [net, pod]]: NumberedEntry, { network, pod: wantedPod }: NetworkEventFilter): boolean {
    if (wantedPod !== undefined && pod !== wantedPod) return false;
    return network === undefined || this.#nameOf(net) === network;
  }

  #event([number, entry]: NumberedEntry): NetworkEvent {
    return eventOf(entry, this.#nameOf(entry[0]), String(number));
  }

  #nameOf(net: number): string {
    const known = this.#names.get(net);
    if (known !== undefined) return known;
    const row = this.#database!.prepare("SELECT name FROM networks WHERE id = ?").get(net);
    const name = String(row?.name ?? net);
    this.#names.set(net, name);
    return name;
  }

  /** A file that no network of this version has opened yet tells nothing. */
  #open(): EntryReader | undefined {
    if (this.#reader !== undefined || !existsSync(this.#file)) return this.#reader;
    const database = openDatabase(this.#file);
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'history'").get() === undefined) {
      database.close();
      return undefined;
    }
    this.#database = database;
    this.#reader = new EntryReader(database);
    return this.#reader;
  }
}

function nothingAfter(number: number): NetworkEventPage {
  return { events: [], from: String(number), place: String(number), hasMore: false };
}
