/** Why a call was not made. */
export type SkipReason =
  | "no-match"
  | "ineligible"
  | "breaker-open"
  | "untrusted"
  | "disabled"
  | "decided"
  | "duplicate";

/** What became of one guarded call. A user's error is data here, never an exception. */
export type Outcome<T> =
  | { readonly status: "ok"; readonly value: T }
  | { readonly status: "failed"; readonly error: unknown }
  | { readonly status: "timeout"; readonly timeoutMs: number }
  | { readonly status: "cancelled"; readonly reason: unknown }
  | { readonly status: "skipped"; readonly reason: SkipReason; readonly detail?: string };
