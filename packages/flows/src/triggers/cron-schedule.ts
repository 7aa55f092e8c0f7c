import { Cron } from "croner";
import { instantOf, wallTimeOf } from "./wall-time.ts";

/** When something is due. Times are milliseconds since 1970. */
export interface Schedule {
  /** As written, and where: `0 3 * * * (Europe/Berlin)`. */
  readonly text: string;
  /** The first moment after `time`, or nothing when there is none any more. */
  after(time: number): number | undefined;
}

const everyHour = new Set(["*", "?", "*/1", "0-23"]);

/**
 * Reads five or six fields, or a name such as `@daily`. A time of day that daylight saving skips is due once, at the
 * moment after the gap; one that it repeats is due the first time. A schedule for every hour follows the hours that pass.
 * @throws Error when the pattern or the time zone cannot be read
 */
export function parseSchedule(pattern: string, timezone: string): Schedule {
  const cron = new Cron(pattern, { mode: "5-or-6-parts", timezone, paused: true });
  const text = `${pattern} (${timezone})`;
  const fields = (cron.getPattern() ?? pattern).trim().split(/\s+/);
  const hour = fields.at(-4);
  if (hour !== undefined && everyHour.has(hour)) {
    return { text, after: (time) => cron.nextRun(new Date(time))?.getTime() };
  }
  const onTheWall = new Cron(pattern, { mode: "5-or-6-parts", timezone: "UTC", paused: true });
  return { text, after: (time) => nextByWall(onTheWall, time, timezone) };
}

/** Goes from one reading of the clock on the wall to the next, until one of them is really later. */
function nextByWall(onTheWall: Cron, time: number, timezone: string): number | undefined {
  let reading = new Date(wallTimeOf(time, timezone));
  for (;;) {
    const next = onTheWall.nextRun(reading);
    if (next === null) return undefined;
    const instant = instantOf(next.getTime(), timezone);
    if (instant > time) return instant;
    reading = next;
  }
}

/** The newest moment that is due in (`from`, `until`], or nothing. */
export function lastDue(schedule: Schedule, from: number, until: number): number | undefined {
  for (let width = 60_000; ; width *= 4) {
    const start = Math.max(from, until - width);
    let found: number | undefined;
    for (let next = schedule.after(start); next !== undefined && next <= until; next = schedule.after(next))
      found = next;
    if (found !== undefined || start === from) return found;
  }
}
