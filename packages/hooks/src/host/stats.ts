import type { HookRecord } from "./record.ts";

/** How one hook has done over some records. */
export interface HookStats {
  readonly name: string;
  /** Calls that were made. */
  readonly calls: number;
  readonly failures: number;
  readonly timeouts: number;
  /** Calls that were not made, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Milliseconds; nothing without a call. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly maxMs?: number;
}

/** Counts and timings per hook, the slowest first. */
export function statsOf(records: Iterable<HookRecord>): HookStats[] {
  const byName = new Map<string, Tally>();
  for (const { verdict } of records) {
    for (const hook of verdict.hooks) {
      let tally = byName.get(hook.name);
      if (!tally) {
        tally = { durations: [], failures: 0, timeouts: 0, skipped: {} };
        byName.set(hook.name, tally);
      }
      if (hook.status === "skipped") {
        const reason = hook.reason ?? "skipped";
        tally.skipped[reason] = (tally.skipped[reason] ?? 0) + 1;
        continue;
      }
      tally.durations.push(hook.durationMs);
      if (hook.status === "failed") tally.failures++;
      if (hook.status === "timeout") tally.timeouts++;
    }
  }
  return [...byName].map(([name, tally]) => summary(name, tally)).sort((a, b) => (b.p95Ms ?? -1) - (a.p95Ms ?? -1));
}

interface Tally {
  readonly durations: number[];
  failures: number;
  timeouts: number;
  readonly skipped: Record<string, number>;
}

function summary(name: string, { durations, failures, timeouts, skipped }: Tally): HookStats {
  const sorted = durations.sort((a, b) => a - b);
  const base = { name, calls: sorted.length, failures, timeouts, skipped };
  if (sorted.length === 0) return base;
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { ...base, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: sorted.at(-1)! };
}
