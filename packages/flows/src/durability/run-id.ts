import { randomFillSync } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const timeLength = 10;
const randomLength = 16;
/** Digits after the time that count within a millisecond, so that the 13 characters people are shown differ. */
const countingDigits = 3;

/**
 * Makes ULIDs: 26 upper-case characters that sort by time. Within one source each is greater than the one before,
 * also within a millisecond and when the clock goes back.
 */
export function createIdSource(now: () => number): () => string {
  let lastTime = -1;
  let prefix = "";
  const digits = new Uint8Array(randomLength);
  const begin = (time: number): void => {
    lastTime = time;
    prefix = encodeTime(time);
    fill(digits, 0);
    digits[0]! &= 15;
  };
  return () => {
    const time = now();
    if (time > lastTime) begin(time);
    else if (count(digits)) fill(digits, countingDigits);
    else begin(lastTime + 1);
    let id = prefix;
    for (const digit of digits) id += alphabet[digit];
    return id;
  };
}

/** The smallest id of that millisecond: ids below it are older. */
export function firstIdAt(time: number): string {
  return encodeTime(time) + "0".repeat(randomLength);
}

function encodeTime(time: number): string {
  let rest = Math.max(0, Math.floor(time));
  let text = "";
  for (let i = 0; i < timeLength; i++) {
    text = alphabet[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

const pool = new Uint8Array(4_096);
let used = pool.length;

/** Asks the system for many random bytes at once: a busy server makes thousands of ids a second. */
function fill(digits: Uint8Array, from: number): void {
  if (used + digits.length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  for (let i = from; i < digits.length; i++) digits[i] = pool[used++]! & 31;
}

/** Adds one to the counting digits. @returns false when they are used up */
function count(digits: Uint8Array): boolean {
  for (let i = countingDigits - 1; i >= 0; i--) {
    if (digits[i]! < 31) {
      digits[i]! += 1;
      return true;
    }
    digits[i] = 0;
  }
  return false;
}
