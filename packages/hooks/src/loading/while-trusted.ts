import { HookError } from "../registry/hook-error.ts";
import type { HookCallback } from "../registry/hook-matcher.ts";
import { type Fingerprint, type FingerprintSources, takeFingerprint } from "../trust/fingerprint.ts";
import type { TrustStore } from "../trust/trust-store.ts";

export interface TrustedContent {
  readonly key: string;
  readonly sources: FingerprintSources;
  readonly fingerprint: Fingerprint;
  readonly store: TrustStore;
}

/**
 * Looks before each call whether the files are still those that were trusted, so that a script which changes under a
 * running server is not run on. The look costs a few system calls; the files are read again only when one was touched.
 */
export function whileTrusted(callback: HookCallback, content: TrustedContent): HookCallback {
  let { fingerprint } = content;
  return (input, toolUseId, signal) => {
    if (!fingerprint.isUntouched()) {
      const now = takeFingerprint(content.sources);
      const objection = content.store.objection(content.key, now);
      if (objection !== undefined) throw new HookError("hook-unavailable", `It is not trusted any more: ${objection}.`);
      fingerprint = now;
    }
    return callback(input, toolUseId, signal);
  };
}
