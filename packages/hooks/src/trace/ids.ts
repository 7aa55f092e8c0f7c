import { randomFillSync } from "node:crypto";

const base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The trace of something that is known by an id and came without a trace. A ULID or UUID is 128 bits long, as a trace id
 * is, and is simply written another way; anything else is hashed. So nobody has to remember it, and every process
 * finds the same.
 */
export function traceIdOf(id: string): string {
  if (uuid.test(id)) return id.replaceAll("-", "");
  return ulid.test(id) ? hexOfUlid(id) : `${hash(id, 0)}${hash(id, 7)}`;
}

/** The span of something that is known by a name (a run, a record, an attempt). The same name gives the same span. */
export function spanIdOf(name: string): string {
  return hash(name, 1);
}

export function newTraceId(): string {
  return randomHex(16);
}

export function newSpanId(): string {
  return randomHex(8);
}

const pool = Buffer.allocUnsafe(4_096);
let used = pool.length;

/** Asks the system for many random bytes at once: every span of a busy server needs some. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}

/** 10 digits of 5 bits are the 48 bits of its time; then four by four they are whole hexadecimal digits. */
function hexOfUlid(id: string): string {
  let hex = digitsValue(id.slice(0, 10)).toString(16).padStart(12, "0");
  for (let at = 10; at < 26; at += 4) {
    hex += digitsValue(id.slice(at, at + 4))
      .toString(16)
      .padStart(5, "0");
  }
  return hex;
}

function digitsValue(digits: string): number {
  let value = 0;
  for (let index = 0; index < digits.length; index++) value = value * 32 + base32.indexOf(digits[index]!);
  return value;
}

/** Two multiplicative hashes of 32 bits, mixed (cyrb53 without its cut): fast, and even enough to tell spans apart. */
function hash(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0 || 1).toString(16).padStart(8, "0");
}
