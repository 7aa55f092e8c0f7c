import type { JsonObject } from "@pawl/flows";
import { usageError } from "./command-error.ts";

/** Reads `name=value` pairs; the flow's declaration says later what type each value has. */
export function readPairs(flag: string, pairs: unknown): JsonObject {
  const read: Record<string, string> = Object.create(null);
  for (const pair of (pairs as readonly string[] | undefined) ?? []) {
    const at = pair.indexOf("=");
    if (at < 1) throw usageError(`${flag} takes name=value; "${pair}" came.`);
    read[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return { ...read };
}

/**
 * Reads a whole number of at least 1.
 * @throws CommandError for anything else
 */
export function readCount(flag: string, value: unknown): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw usageError(`${flag} takes a whole number from 1; "${value}" came.`);
  return count;
}
