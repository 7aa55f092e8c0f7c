import { randomFillSync } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const timeLength = 10;
const randomLength = 16;

/**
 * Makes ULIDs: 26 upper-case characters that sort by time. Within one source each is greater than the one before,
 * also within a millisecond and when the clock goes back.
 */
export function createIdSource(now: () => number): () => string {
  let lastTime = -1;
  let prefix = "";
  const digits = new Uint8Array(randomLength);
  return () => {
    const time = now();
    if (time > lastTime) {
      lastTime = time;
      prefix = encodeTime(time);
      randomFillSync(digits);
      for (let i = 0; i < randomLength; i++) digits[i]! &= 31;
      digits[0]! &= 15;
    } else {
      increment(digits);
    }
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

function increment(digits: Uint8Array): void {
  for (let i = digits.length - 1; i >= 0; i--) {
    if (digits[i]! < 31) {
      digits[i]! += 1;
      return;
    }
    digits[i] = 0;
  }
}
