const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError when there is no such time zone */
function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US-u-hc-h23", {
      timeZone: timezone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timezone, format);
  }
  return format;
}

/** What a clock on the wall shows at that moment, as if it showed UTC. Milliseconds since 1970. */
export function wallTimeOf(instant: number, timezone: string): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1_000) + 1_000) % 1_000);
}

function offsetAt(instant: number, timezone: string): number {
  return wallTimeOf(instant, timezone) - instant;
}

/**
 * When a clock on the wall shows `wall`: the first time when it does so twice, the end of the gap when it never does.
 * Expects no more than one change of the clock in two days.
 */
export function instantOf(wall: number, timezone: string): number {
  const before = wall - offsetAt(wall - dayMs, timezone);
  const after = wall - offsetAt(wall + dayMs, timezone);
  const fitting = [before, after].filter((instant) => wallTimeOf(instant, timezone) === wall);
  return fitting.length > 0 ? Math.min(...fitting) : changeBetween(wall - dayMs, wall + dayMs, timezone);
}

/** The first moment with the new offset. Clocks change at whole seconds. */
function changeBetween(from: number, to: number, timezone: string): number {
  let low = Math.floor(from / 1_000);
  let high = Math.ceil(to / 1_000);
  const old = offsetAt(low * 1_000, timezone);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1_000, timezone) === old) low = middle;
    else high = middle;
  }
  return high * 1_000;
}
