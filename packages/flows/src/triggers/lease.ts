import type { Clock } from "@pawl/hooks/guard";
import type { Leases } from "../durability/store.ts";

const tryAgainMs = 500;

export interface LeaseTerms {
  readonly leases: Leases;
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when another living process has it. */
  readonly onWait: () => void;
}

/**
 * Runs `body` while this process alone holds the lease, waiting for it as long as needed, and again after it was lost.
 * @throws the signal's reason when it is aborted while waiting; what `body` throws
 */
export async function holdLease(terms: LeaseTerms, body: (life: AbortSignal) => Promise<void>): Promise<void> {
  const { leases, name, clock, signal, onWait } = terms;
  for (;;) {
    const lease = await leases.acquire(name);
    if (lease === undefined) {
      onWait();
      await clock.sleep(tryAgainMs * (0.75 + Math.random() / 2), signal);
      continue;
    }
    try {
      signal.throwIfAborted();
      await body(AbortSignal.any([signal, lease.lost]));
      if (!lease.lost.aborted) return;
    } catch (error) {
      if (signal.aborted || !lease.lost.aborted) throw error;
    } finally {
      await lease.release();
    }
    onWait();
  }
}
