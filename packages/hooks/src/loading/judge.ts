import { checkEligibility } from "../guard/eligibility.ts";
import type { Unavailable } from "../registry/hook-matcher.ts";
import { type Fingerprint, takeFingerprint } from "../trust/fingerprint.ts";
import type { TrustStore } from "../trust/trust-store.ts";
import type { HookCandidate } from "./candidate.ts";
import type { HookStatus } from "./known-hook.ts";

/** Whether a candidate may run. */
export interface Judgement {
  readonly candidate: HookCandidate;
  readonly status: HookStatus;
  readonly detail?: string;
  /** What dispatch has to know when it may not. */
  readonly unavailable?: Unavailable;
  /** Of a hook that was trusted by its content: to be looked at again before each call. */
  readonly fingerprint?: Fingerprint;
}

export interface JudgeOptions {
  readonly store: TrustStore;
  readonly trustAll: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function judge(candidate: HookCandidate, options: JudgeOptions): Judgement {
  const { store, trustAll, env } = options;
  const { action, trust } = candidate;
  const fingerprint = trust && !trustAll ? takeFingerprint(trust.sources) : undefined;
  const objection = trust && fingerprint ? store.objection(trust.key, fingerprint) : undefined;
  // A file that nobody has trusted must not turn off a hook of another layer by being "disabled".
  if (objection !== undefined) return skipped(candidate, "untrusted", objection);
  if (candidate.disabled !== undefined) return skipped(candidate, "disabled", candidate.disabled);
  if (store.isDisabled(candidate.name)) return skipped(candidate, "disabled", "turned off by `pawl hooks disable`");
  if (action.type === "none") {
    const unavailable: Unavailable = { status: "failed", detail: action.detail };
    return { candidate, status: action.kind, detail: action.detail, unavailable };
  }
  const missing = candidate.filter.requires && checkEligibility(candidate.filter.requires, { env });
  // Eligibility is looked at again at every call; here it is only for the list.
  const status: HookStatus = missing ? "ineligible" : "active";
  const detail = missing ? { detail: missing.message } : {};
  return { candidate, status, ...detail, ...(fingerprint ? { fingerprint } : {}) };
}

function skipped(candidate: HookCandidate, status: "untrusted" | "disabled", detail: string): Judgement {
  return { candidate, status, detail, unavailable: { status: "skipped", reason: status, detail } };
}

/**
 * Lets the nearer hook of a name take the place of the farther. One that may not run for want of trust takes nobody's
 * place: a project must not be able to switch off its user's guards by shipping a file.
 */
export function shadow(judged: readonly Judgement[]): Judgement[] {
  const taken = new Map<string, HookCandidate>();
  return [...judged]
    .reverse()
    .map((judgement) => {
      const { candidate, status } = judgement;
      if (!candidate.canBeShadowed || status === "untrusted") return judgement;
      const nearer = taken.get(candidate.name);
      if (!nearer) {
        if (status !== "broken") taken.set(candidate.name, candidate);
        return judgement;
      }
      return { candidate, status: "shadowed" as const, detail: `${nearer.file} has the same name` };
    })
    .reverse();
}
