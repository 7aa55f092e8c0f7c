import { createHash } from "node:crypto";
import { growingDelayMs } from "@pawl/hooks/guard";
import type { Retry } from "../../definition/flow.ts";

/** Jitter only makes a delay longer, by up to a quarter. */
const jitterShare = 0.25;

/**
 * How long to wait after the failed attempt `number` (from 1). The jitter is drawn from `seed`, so that a run that is cut off
 * in the middle of a delay finds the same one again.
 */
export function retryDelayMs(retry: Retry, number: number, seed: string): number {
  const delay = growingDelayMs({ ...retry, factor: retry.backoffFactor }, number);
  if (!retry.jitter || delay === 0) return delay;
  return Math.min(delay * (1 + jitterShare * fraction(`${seed}/${number}`)), retry.maxDelayMs);
}

function fraction(seed: string): number {
  return createHash("sha256").update(seed).digest().readUInt32BE(0) / 2 ** 32;
}
