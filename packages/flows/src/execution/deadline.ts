import type { Clock } from "@pawl/hooks/guard";

/** Why a signal was aborted when the time of a run or of a container was up. */
export class DeadlinePassed extends Error {
  readonly code: "timeout" | "run-timeout";
  constructor(code: "timeout" | "run-timeout", message: string) {
    super(message);
    this.code = code;
  }
}

export interface Deadline {
  readonly signal: AbortSignal;
  /** Stops the timer and lets go of the parent. Always called. */
  clear(): void;
}

/** A signal that is aborted with `reason` after `ms`, and with the parent. Without a time it is the parent's own. */
export function startDeadline(
  parent: AbortSignal,
  limit: { readonly ms: number | undefined; readonly clock: Clock; readonly reason: () => DeadlinePassed },
): Deadline {
  if (limit.ms === undefined) return { signal: parent, clear() {} };
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  const cancelTimer = limit.clock.after(Math.max(0, limit.ms), () => controller.abort(limit.reason()));
  return {
    signal: controller.signal,
    clear() {
      cancelTimer();
      parent.removeEventListener("abort", follow);
    },
  };
}
