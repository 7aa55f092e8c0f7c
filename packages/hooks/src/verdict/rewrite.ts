import { isDeepStrictEqual } from "node:util";

type Fields = Readonly<Record<string, unknown>>;

export interface MergedRewrites {
  readonly value: Fields;
  /** Top-level keys that two hooks changed to different values; the later in order won. */
  readonly conflicts: readonly string[];
}

/**
 * Merges whole replacements that several hooks made of the same `base` without seeing each other: each contributes the
 * top-level keys it changed, added or took away.
 */
export function mergeRewrites(base: unknown, rewrites: readonly Fields[]): MergedRewrites {
  const from: Fields = typeof base === "object" && base !== null && !Array.isArray(base) ? (base as Fields) : {};
  const merged = new Map(Object.entries(from));
  const changed = new Set<string>();
  const conflicts = new Set<string>();
  for (const rewrite of rewrites) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(rewrite)])) {
      if (Object.hasOwn(from, key) === Object.hasOwn(rewrite, key) && isDeepStrictEqual(from[key], rewrite[key]))
        continue;
      if (changed.has(key) && !isSame(merged, rewrite, key)) conflicts.add(key);
      changed.add(key);
      if (Object.hasOwn(rewrite, key)) merged.set(key, rewrite[key]);
      else merged.delete(key);
    }
  }
  return { value: Object.fromEntries(merged), conflicts: [...conflicts] };
}

function isSame(merged: ReadonlyMap<string, unknown>, rewrite: Fields, key: string): boolean {
  return merged.has(key) === Object.hasOwn(rewrite, key) && isDeepStrictEqual(merged.get(key), rewrite[key]);
}
