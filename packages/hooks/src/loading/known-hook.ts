import type { HookEvent } from "../events/names.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";
import type { HookCandidate } from "./candidate.ts";

/** `active` hooks run when their filter fits; of the others `detail` says why they do not. */
export type HookStatus = "active" | "ineligible" | "untrusted" | "disabled" | "shadowed" | "broken" | "unsupported";

/** One line of `hooks list`. */
export interface KnownHook {
  readonly name: string;
  readonly status: HookStatus;
  /** Why it does not run; a part of a sentence. */
  readonly detail?: string;
  readonly events: readonly HookEvent[];
  readonly matcher?: string;
  readonly if?: string;
  readonly kind: "command" | "handler" | "http" | "none";
  readonly layer: HookCandidate["layer"];
  readonly file: string;
  readonly line?: number;
  readonly onFailure: FailurePolicy;
  readonly timeoutMs: number;
  readonly priority: number;
  readonly description: string;
}

export function knownHook(candidate: HookCandidate, status: HookStatus, detail: string | undefined): KnownHook {
  const { name, events, layer, file, line, onFailure, timeoutMs, description, filter, action } = candidate;
  return {
    name,
    status,
    ...(detail === undefined ? {} : { detail }),
    events,
    ...(filter.matcher === undefined ? {} : { matcher: filter.matcher }),
    ...(filter.if === undefined ? {} : { if: filter.if }),
    kind: action.type,
    layer,
    file,
    ...(line === undefined ? {} : { line }),
    onFailure,
    timeoutMs,
    priority: filter.priority ?? 0,
    description,
  };
}
