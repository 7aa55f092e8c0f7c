import { takeFingerprint } from "../trust/fingerprint.ts";
import type { LoadedHooks } from "./load-hooks.ts";

export interface TrustedNow {
  readonly name: string;
  readonly file: string;
  /** Paths, from the project, of everything that was looked at. */
  readonly files: readonly string[];
  /** Why it could not be trusted. */
  readonly problem?: string;
}

/**
 * Records that these hooks of the project may run as they are now; all of them when no name is given.
 * Hooks that do not come with the project need no trust.
 */
export function trustHooks(loaded: LoadedHooks, names: readonly string[] = []): TrustedNow[] {
  const { store } = loaded;
  const results = loaded.judgements.flatMap(({ candidate }): TrustedNow[] => {
    const { trust, name, file } = candidate;
    if (!trust || (names.length > 0 && !names.includes(name))) return [];
    const fingerprint = takeFingerprint(trust.sources);
    const { problem } = fingerprint;
    if (problem === undefined) store.trust(trust.key, fingerprint);
    return [{ name, file, files: Object.keys(fingerprint.files), ...(problem === undefined ? {} : { problem }) }];
  });
  store.save();
  return results;
}
