import type { NetworkEvent, NetworkEventFilter, NetworkEvents } from "@pawl/networks";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCursor, writeCursor } from "../../src/log/cursor.ts";
import { joinNetworks } from "../../src/log/joined-networks.ts";

/** Reads a list as networks are read; places are numbers. */
function reading(list: readonly NetworkEvent[]): NetworkEvents {
  return {
    read: async ({ after = "0", limit = 500, isLatest } = {}) => {
      const rest = list.filter(({ place }) => isLatest === true || Number(place) > Number(after));
      const events = isLatest === true ? rest.slice(Math.max(0, rest.length - limit)) : rest.slice(0, limit);
      const hasMore = isLatest !== true && events.length < rest.length;
      const end = list.at(-1)?.place ?? "0";
      const from = isLatest === true ? String(Number(events[0]?.place ?? Number(end) + 1) - 1) : after;
      return {
        events,
        from,
        place: hasMore ? (events.at(-1)?.place ?? after) : isLatest || rest.length > 0 ? end : after,
        hasMore,
      };
    },
    close: async () => {},
  };
}

const names = ["", "a-b", "c"];

function grown(steps: readonly { of: number; time: number }[]): NetworkEvents {
  const lists: NetworkEvent[][] = names.map(() => []);
  for (const { of, time } of steps) {
    const place = String(lists[of]!.length + 1);
    const id = names[of] === "" ? {} : { id: `${names[of]}~${place}` };
    lists[of]!.push({ place, ...id, time, type: "pod-ended", network: names[of] || "here", pod: "p" });
  }
  const [here, ...elsewhere] = lists;
  return joinNetworks(reading(here!), new Map(elsewhere.map((list, index) => [names[index + 1]!, reading(list)])));
}

async function rest(log: NetworkEvents, filter: NetworkEventFilter): Promise<NetworkEvent[]> {
  const found: NetworkEvent[] = [];
  for (let page = await log.read(filter); ; page = await log.read({ ...filter, after: page.place })) {
    found.push(...page.events);
    if (!page.hasMore) return found;
  }
}

const ids = (events: readonly NetworkEvent[]) => events.map(({ id }) => id);
const growth = fc.array(fc.record({ of: fc.nat(2), time: fc.nat(20) }), { maxLength: 40 });

describe("what networks here and elsewhere tell", () => {
  test("is told once, each in its order, from the place behind any event on, whatever came meanwhile", async () => {
    const property = fc.asyncProperty(growth, growth, fc.integer({ min: 1, max: 9 }), async (steps, later, limit) => {
      const seen = await rest(grown(steps), { limit });
      expect(new Set(ids(seen)).size).toBe(steps.length);
      const log = grown([...steps, ...later]);
      const whole = ids(await rest(log, {}));
      for (const [index, { place }] of seen.entries()) {
        expect(parseCursor(writeCursor({ flows: 3, networks: place }))).toEqual({ flows: 3, networks: place });
        const behind = ids(await rest(log, { after: place, limit }));
        expect([...ids(seen.slice(0, index + 1)), ...behind].sort()).toEqual([...whole].sort());
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test("has a newest end, from which it goes on", async () => {
    const property = fc.asyncProperty(growth, growth, fc.nat(9), async (steps, later, limit) => {
      const latest = await grown(steps).read({ isLatest: true, limit });
      expect(latest.events).toHaveLength(Math.min(limit, steps.length));
      const log = grown([...steps, ...later]);
      expect(ids(await rest(log, { after: latest.place }))).toHaveLength(later.length);
      expect(ids(await rest(grown(steps), { after: latest.from })).sort()).toEqual(ids(latest.events).sort());
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test("keeps its place in networks that are not asked, and in those that are not there now", async () => {
    const log = grown([0, 1, 2].map((of) => ({ of, time: of })));
    const page = await log.read({ network: "c", after: "0~gone~12_15_3~a-b~0" });
    expect(page.events.map(({ network }) => network)).toEqual(["here", "c"]);
    expect(page.place).toBe("1~gone~12_15_3~c~1");
    expect((await log.read({ isLatest: true, limit: 5, network: "c" })).place).toBe("1~a-b~1~c~1");
  });
});
