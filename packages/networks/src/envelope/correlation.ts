import { createHash, randomFillSync } from "node:crypto";
import { spanIdOf, traceIdOf, writeTraceparent } from "@pawl/hooks/trace";

const pool = Buffer.alloc(4_096);
let used = pool.length;
const digits = Buffer.from("0123456789abcdef");
/** The places of the random digits of an id, after those of the time, the version and the variant. */
const randomPlaces = [15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35];
/** The id that was made last. Read as a whole: a text that is put together has to be copied before it can be looked up. */
const written = Buffer.from("00000000-0000-7000-8000-000000000000");
let writtenTime = -1;

/** The first twelve digits are the same for all ids of a millisecond. */
function writeTime(now: number): void {
  const time = now.toString(16).padStart(12, "0");
  written.write(time.slice(0, 8), 0, "latin1");
  written.write(time.slice(8, 12), 9, "latin1");
  writtenTime = now;
}

/** A UUIDv7: sorts by time, so that rows of neighbours in time are neighbours in the database. */
export function newCorrelationId(now: number = Date.now()): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  if (now !== writtenTime) writeTime(now);
  const at = used;
  used += 10;
  written[19] = digits[0x8 | (pool[at]! & 0x3)]!;
  for (let index = 0; index < randomPlaces.length; index++) {
    const byte = pool[at + 1 + (index >> 1)]!;
    written[randomPlaces[index]!] = digits[(index & 1) === 0 ? byte >> 4 : byte & 0xf]!;
  }
  return written.toString("latin1");
}

/** An id that the same parts give again: of a key a client repeats, of the messages that met in an aggregator. */
export function derivedCorrelationId(kind: string, parts: readonly string[]): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([kind, ...parts]))
    .digest("hex");
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/** A message that came without a trace is one of its own: whoever asks finds the same, and nobody has to carry it. */
export function messageTraceparent(correlationId: string): string {
  return writeTraceparent({ traceId: traceIdOf(correlationId), spanId: spanIdOf(correlationId), isSampled: true });
}
