import { createHash, randomFillSync } from "node:crypto";
import { spanIdOf, traceIdOf, writeTraceparent } from "@pawl/hooks/trace";

const pool = new Uint8Array(4_096);
let used = pool.length;
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

let headTime = -1;
let head = "";

/** The first twelve digits and their dashes: the same for all ids of a millisecond. */
function headOf(now: number): string {
  if (now === headTime) return head;
  const time = now.toString(16).padStart(12, "0");
  headTime = now;
  head = `${time.slice(0, 8)}-${time.slice(8, 12)}-`;
  return head;
}

function byte(at: number): string {
  return hex[pool[at]!]!;
}

/** A UUIDv7: sorts by time, so that rows of neighbours in time are neighbours in the database. */
export function newCorrelationId(now: number = Date.now()): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 10;
  const high = hex[0x70 | (pool[at]! & 0x0f)]!;
  const variant = hex[0x80 | (pool[at + 2]! & 0x3f)]!;
  const tail = byte(at + 4) + byte(at + 5) + byte(at + 6) + byte(at + 7) + byte(at + 8) + byte(at + 9);
  return `${headOf(now)}${high}${byte(at + 1)}-${variant}${byte(at + 3)}-${tail}`;
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
