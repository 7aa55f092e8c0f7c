import { closeSync, copyFileSync, fstatSync, mkdirSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

const maxBytes = 10 * 1_048_576;
const checkEveryMs = 5_000;
/** What is read of the end of a log, and at once of what follows. */
const chunkBytes = 1_048_576;

/** A descriptor to write to at the end, wherever that is. Others than the owner cannot read the log. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, "a", 0o600);
}

/**
 * Moves what a log says into `FILE.1` once it is longer than `limit` bytes (default: 10 MiB). It is emptied rather than
 * renamed: programs that write to it keep their descriptors, crash messages of workers come through them.
 */
export function rotateWhenLong(file: string, limit: number = maxBytes): void {
  if (sizeOf(file) <= limit) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** Keeps a log short while this process runs. */
export function keepShort(file: string): void {
  setInterval(() => {
    try {
      rotateWhenLong(file);
    } catch {
      // A disk that is full, or a folder that is gone: the server goes on.
    }
  }, checkEveryMs).unref();
}

/** 0 when there is none. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines of a log, no more than a mebibyte of them. */
export function lastLines(file: string, count: number, from = 0): string[] {
  const size = sizeOf(file);
  const start = Math.max(from, size - chunkBytes);
  const lines = readText(file, start, size).split("\n");
  if (lines.at(-1) === "") lines.pop();
  // The first one was cut in two.
  if (start > from) lines.shift();
  return lines.slice(-count);
}

/** What a log says beyond a position, and the position after it. One that was emptied meanwhile is read from its start. */
export function readAfter(file: string, position: number): { readonly text: string; readonly position: number } {
  const size = sizeOf(file);
  const from = size < position ? 0 : position;
  const to = Math.min(size, from + chunkBytes);
  return { text: readText(file, from, to), position: to };
}

function readText(file: string, from: number, to: number): string {
  if (to <= from) return "";
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(Math.min(to, fstatSync(handle).size) - from);
    const count = readSync(handle, bytes, 0, bytes.length, from);
    return bytes.subarray(0, count).toString("utf8");
  } finally {
    closeSync(handle);
  }
}
