import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastDue, parseSchedule } from "../../src/triggers/cron-schedule.ts";
import { wallTimeOf } from "../../src/triggers/wall-time.ts";

const newYork = "America/New_York";

function firings(pattern: string, timezone: string, from: string, until: string): string[] {
  const schedule = parseSchedule(pattern, timezone);
  const found: string[] = [];
  const end = Date.parse(until);
  for (let next = schedule.after(Date.parse(from)); next !== undefined && next <= end; next = schedule.after(next)) {
    found.push(new Date(next).toISOString().replace(":00.000Z", "Z"));
  }
  return found;
}

describe("a schedule on the day when clocks go forward", () => {
  const day = ["2026-03-08T05:00Z", "2026-03-09T04:00Z"] as const;

  test.each([
    ["a time that is skipped, once, after the gap", "30 2 * * *", ["2026-03-08T07:00Z"]],
    ["several times that are skipped, once, after the gap", "*/10 2 * * *", ["2026-03-08T07:00Z"]],
    ["a list of hours of which one is skipped", "0 1,2,3 * * *", ["2026-03-08T06:00Z", "2026-03-08T07:00Z"]],
    ["a time after the gap as usual", "0 5 * * *", ["2026-03-08T09:00Z"]],
  ])("fires %s", (_what, pattern, expected) => {
    expect(firings(pattern, newYork, ...day)).toEqual(expected);
  });

  test("fires every hour that passes when it is for every hour", () => {
    expect(firings("0 * * * *", newYork, ...day)).toHaveLength(23);
  });
});

describe("a schedule on the day when clocks go back", () => {
  const day = ["2026-11-01T03:59Z", "2026-11-02T04:59Z"] as const;

  test.each([
    ["a time that is repeated, the first time only", "30 1 * * *", ["2026-11-01T05:30Z"]],
    ["several times that are repeated, once each", "*/30 1 * * *", ["2026-11-01T05:00Z", "2026-11-01T05:30Z"]],
    ["times around it as usual", "0 0,1,2 * * *", ["2026-11-01T04:00Z", "2026-11-01T05:00Z", "2026-11-01T07:00Z"]],
  ])("fires %s", (_what, pattern, expected) => {
    expect(firings(pattern, newYork, ...day)).toEqual(expected);
  });

  test("fires every hour that passes when it is for every hour", () => {
    expect(firings("0 * * * *", newYork, ...day)).toHaveLength(25);
  });

  test("goes on after the repeated hour when it is asked in the middle of it", () => {
    expect(firings("30 1 * * *", newYork, "2026-11-01T06:10Z", "2026-11-03T00:00Z")).toEqual(["2026-11-02T06:30Z"]);
  });
});

describe("a schedule", () => {
  test("takes five fields, six fields and names", () => {
    expect(firings("*/20 * * * *", "UTC", "2026-01-01T00:00Z", "2026-01-01T01:00Z")).toHaveLength(3);
    expect(firings("*/20 * * * * *", "UTC", "2026-01-01T00:00Z", "2026-01-01T00:01Z")).toHaveLength(3);
    expect(firings("@daily", "Asia/Kolkata", "2026-01-01T00:00Z", "2026-01-02T00:00Z")).toEqual(["2026-01-01T18:30Z"]);
  });

  test.each(["* * * *", "61 * * * *", "* * * * * * *", "every day", ""])("refuses %j", (pattern) => {
    expect(() => parseSchedule(pattern, "UTC")).toThrow();
  });

  test("has no moment after the last one", () => {
    expect(parseSchedule("0 0 31 2 *", "UTC").after(Date.now())).toBeUndefined();
    expect(parseSchedule("0 0 31 2 *", newYork).after(Date.now())).toBeUndefined();
  });

  const zones = fc.constantFrom(
    "UTC",
    newYork,
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
  );
  const times = fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2028-01-01") });
  const hours = fc.integer({ min: 0, max: 23 });
  const minutes = fc.integer({ min: 0, max: 59 });

  test("for a time of day fires exactly once on every day, whatever the clocks do", () => {
    fc.assert(
      fc.property(zones, times, hours, minutes, (zone, from, hour, minute) => {
        const schedule = parseSchedule(`${minute} ${hour} * * *`, zone);
        let last = schedule.after(from)!;
        for (let count = 0; count < 5; count++) {
          const next = schedule.after(last)!;
          const days =
            Math.floor(wallTimeOf(next, zone) / 86_400_000) - Math.floor(wallTimeOf(last, zone) / 86_400_000);
          // A time that is skipped just before midnight is due on the next day.
          expect([1, 2]).toContain(days);
          expect(next - last).toBeGreaterThanOrEqual(22 * 3_600_000);
          last = next;
        }
      }),
      { numRuns: 150 },
    );
  });

  test("goes strictly forward, and finds the same moment from anywhere before it", () => {
    const patterns = fc.constantFrom("*/7 * * * *", "5 */3 * * *", "0 9-17 * * 1-5", "*/15 2 * * *", "0 0 1 * *");
    fc.assert(
      fc.property(patterns, zones, times, fc.double({ min: 0, max: 1, noNaN: true }), (pattern, zone, from, share) => {
        const schedule = parseSchedule(pattern, zone);
        const next = schedule.after(from)!;
        expect(next).toBeGreaterThan(from);
        const between = from + Math.floor((next - from - 1) * share);
        expect(schedule.after(between)).toBe(next);
      }),
      { numRuns: 200 },
    );
  });

  test("knows the newest moment that is due, without going through all of them", () => {
    const everySecond = parseSchedule("* * * * * *", "UTC");
    const until = Date.parse("2026-06-01T12:00:00.500Z");
    expect(lastDue(everySecond, Date.parse("2020-01-01"), until)).toBe(until - 500);
    const yearly = parseSchedule("0 0 1 1 *", "UTC");
    expect(lastDue(yearly, Date.parse("2020-06-01"), until)).toBe(Date.parse("2026-01-01"));
    expect(lastDue(yearly, Date.parse("2026-02-01"), until)).toBeUndefined();
  });
});
