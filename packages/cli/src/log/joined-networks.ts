import type { NetworkEvent, NetworkEventFilter, NetworkEventPage, NetworkEvents } from "@pawl/networks";

const none = "0";
const defaultLimit = 500;

/**
 * What networks tell here, and what others tell elsewhere, by time; the order of each is exact. A place stands in all of
 * them: `40~scoring~13~billing~7`.
 */
export function joinNetworks(here: NetworkEvents, elsewhere: ReadonlyMap<string, NetworkEvents>): NetworkEvents {
  const all: readonly (readonly [name: string, events: NetworkEvents])[] = [["", here], ...elsewhere];
  return {
    async read(filter = {}) {
      const asked = all.filter(([name]) => name === "" || filter.isLatest || isAsked(name, filter));
      const before = placesIn(filter.after ?? none);
      const pages = await Promise.all(
        asked.map(async ([name, events]): Promise<Part> => {
          const after = before.get(name) ?? none;
          return { name, page: await events.read(isAsked(name, filter) ? { ...filter, after } : endOnly) };
        }),
      );
      return filter.isLatest === true ? latest(pages, filter.limit) : next(pages, before, filter.limit);
    },
    async close() {
      for (const [, events] of all) await events.close();
    },
  };
}

interface Part {
  readonly name: string;
  readonly page: NetworkEventPage;
}

type Places = ReadonlyMap<string, string>;

function isAsked(name: string, { network }: NetworkEventFilter): boolean {
  return name === "" || network === undefined || network === name;
}

/** Of those that nobody asks for. */
const endOnly: NetworkEventFilter = { isLatest: true, limit: 0 };

function next(parts: readonly Part[], before: Places, limit = defaultLimit): NetworkEventPage {
  const places = new Map(before);
  const { events, taken } = byTime(parts, places, limit);
  const isWhole = parts.every(({ name, page }) => taken.get(name) === page.events.length);
  // A page that was read to its end stands where it says, which may be further than its last event.
  for (const { name, page } of parts) if (taken.get(name) === page.events.length) places.set(name, page.place);
  return {
    events,
    from: write(before),
    place: write(places),
    hasMore: !isWhole || parts.some(({ page }) => page.hasMore),
  };
}

function latest(parts: readonly Part[], limit = defaultLimit): NetworkEventPage {
  const count = parts.reduce((sum, { page }) => sum + page.events.length, 0);
  const from = new Map(parts.map(({ name, page }) => [name, page.from]));
  const dropped = byTime(parts, new Map(from), Math.max(0, count - limit));
  for (const { name, page } of parts) {
    const last = page.events[(dropped.taken.get(name) ?? 0) - 1];
    if (last !== undefined) from.set(name, last.place);
  }
  const rest = parts.map(({ name, page }) => {
    return { name, page: { ...page, events: page.events.slice(dropped.taken.get(name) ?? 0) } };
  });
  const { events } = byTime(rest, new Map(from), limit);
  const place = write(new Map(parts.map(({ name, page }) => [name, page.place])));
  return { events, from: write(from), place, hasMore: false };
}

/** The first of them, without changing the order of any; each stands where a reader is that has all before it. */
function byTime(parts: readonly Part[], places: Map<string, string>, limit: number) {
  const events: NetworkEvent[] = [];
  const taken = new Map(parts.map(({ name }) => [name, 0]));
  while (events.length < limit) {
    let [oldest, name]: [NetworkEvent | undefined, string] = [undefined, ""];
    for (const part of parts) {
      const event = part.page.events[taken.get(part.name)!];
      if (event !== undefined && (oldest === undefined || event.time < oldest.time))
        [oldest, name] = [event, part.name];
    }
    if (oldest === undefined) break;
    taken.set(name, taken.get(name)! + 1);
    places.set(name, oldest.place);
    events.push({ ...oldest, id: oldest.id ?? oldest.place, place: write(places) });
  }
  return { events, taken };
}

/** Of networks that are not here now too: they may come back. */
function placesIn(text: string): Map<string, string> {
  const [here = none, ...rest] = text.split("~");
  const places = new Map([["", here]]);
  for (let index = 0; index + 1 < rest.length; index += 2) places.set(rest[index]!, rest[index + 1]!);
  return places;
}

function write(places: Places): string {
  const elsewhere = [...places].filter(([name, place]) => name !== "" && place !== none);
  return [places.get("") ?? none, ...elsewhere.flat()].join("~");
}
