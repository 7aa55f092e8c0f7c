import { eventOf } from "../history/entry.ts";
import type { NetworkEvent, NetworkEventFilter, NetworkEventPage, NetworkEvents } from "../history/network-event.ts";
import { answered } from "./answered.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import { type Kept, type Numbered, PastStream } from "./past-stream.ts";
import { beginning, parsePlace, type StreamPlace, writePlace } from "./stream-place.ts";

const windowSize = 128;
/** After so many messages a reader is answered, even when nothing in them was asked for. */
const mostWindows = 8;
const defaultLimit = 500;

/**
 * What the processes of one network tell on NATS. They tell in batches, one after the other, so what is read at once is
 * put in order of time; who goes on in the middle of it reads the same again, and skips what it had.
 */
export class NatsEvents implements NetworkEvents {
  readonly #network: string;
  readonly #stream: PastStream;

  constructor(parts: { readonly link: Link; readonly names: Names; readonly network: string }) {
    this.#network = parts.network;
    this.#stream = new PastStream(parts.link, parts.names.past);
  }

  /** @throws UnavailableError when the server gives no answer */
  read(filter: NetworkEventFilter = {}): Promise<NetworkEventPage> {
    return answered(filter.isLatest === true ? this.#latest(filter) : this.#next(filter));
  }

  async close(): Promise<void> {}

  async #next(filter: NetworkEventFilter): Promise<NetworkEventPage> {
    const { after = writePlace(beginning), limit = defaultLimit } = filter;
    let [place, kept] = [parsePlace(after), await this.#stream.kept()];
    const events: NetworkEvent[] = [];
    const page = (hasMore: boolean) => ({ events, from: after, place: writePlace(place), hasMore });
    for (let windows = 0; windows < mostWindows && kept !== undefined; windows++) {
      if (isGone(place, kept)) {
        if (events.length >= limit) return page(true);
        if (place.seq > 0) events.push(this.#gap(place, kept));
        place = { seq: kept.first };
      }
      if (place.seq > kept.last) return page(false);
      const to = place.to ?? Math.min(kept.last, place.seq + windowSize - 1);
      const read = await this.#stream.window(place.seq, to);
      if (!read.isWhole) kept = await this.#stream.kept();
      if (kept === undefined || isGone(place, kept)) continue;
      for (const found of this.#events(read.entries, place.seq, to).slice(place.done)) {
        if (events.length >= limit) return page(true);
        place = found.after;
        if (isWanted(found.event, filter)) events.push(found.event);
      }
      place = { seq: to + 1 };
    }
    return page(kept !== undefined);
  }

  async #latest(filter: NetworkEventFilter): Promise<NetworkEventPage> {
    const { limit = defaultLimit } = filter;
    const kept = await this.#stream.kept();
    if (kept === undefined) return nothingAfter(beginning);
    const found: Found[][] = [];
    let count = 0;
    let to = kept.last;
    for (let windows = 0; windows < mostWindows && to >= kept.first && count < limit; windows++) {
      const from = Math.max(kept.first, to - windowSize + 1);
      const { entries } = await this.#stream.window(from, to);
      const wanted = this.#events(entries, from, to).filter(({ event }) => isWanted(event, filter));
      found.push(wanted);
      count += wanted.length;
      to = from - 1;
    }
    const latest = limit === 0 ? [] : found.reverse().flat().slice(-limit);
    const end = { seq: kept.last + 1 };
    return {
      events: latest.map(({ event }) => event),
      from: writePlace(latest[0]?.before ?? end),
      place: writePlace(end),
      hasMore: false,
    };
  }

  /** Every event of a window, by time, with the places around it. */
  #events(entries: readonly Numbered[], from: number, to: number): Found[] {
    const sorted = [...entries].sort((a, b) => a.entry[3] - b.entry[3] || a.seq - b.seq || a.line - b.line);
    return sorted.map(({ seq, line, entry }, index) => {
      const after = index + 1 === sorted.length ? { seq: to + 1 } : { seq: from, to, done: index + 1 };
      const before = index === 0 ? { seq: from } : { seq: from, to, done: index };
      const id = `${this.#network}~${seq}_${line}`;
      return { event: { id, ...eventOf(entry, this.#network, writePlace(after)) }, before, after };
    });
  }

  #gap(place: StreamPlace, { first, since }: Kept): NetworkEvent {
    return {
      id: `${this.#network}~${first}_forgotten`,
      place: writePlace({ seq: first }),
      time: since ?? Date.now(),
      type: "network-forgotten",
      network: this.#network,
      data: place.seq < first ? { batches: first - place.seq } : {},
    };
  }
}

interface Found {
  readonly event: NetworkEvent;
  readonly before: StreamPlace;
  readonly after: StreamPlace;
}

/** What came next is no longer kept, or the stream was made anew since. */
function isGone({ seq }: StreamPlace, { first, last }: Kept): boolean {
  return seq < first || seq > last + 1;
}

function isWanted(event: NetworkEvent, { network, pod }: NetworkEventFilter): boolean {
  return (pod === undefined || event.pod === pod) && (network === undefined || event.network === network);
}

function nothingAfter(place: StreamPlace): NetworkEventPage {
  return { events: [], from: writePlace(place), place: writePlace(place), hasMore: false };
}
