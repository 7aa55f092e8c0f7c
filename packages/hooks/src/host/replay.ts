import { isDeepStrictEqual } from "node:util";
import type { HookInputFor } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import type { HookRegistry } from "../registry/registry.ts";
import { type HookRecord, type RecordedVerdict, recordOf } from "./record.ts";

/** One recorded event, run against the hooks of today. */
export interface Replayed {
  readonly record: HookRecord;
  readonly now: RecordedVerdict;
  /** What differs, by the names of the verdict's fields. Timings do not count. */
  readonly changed: readonly (keyof RecordedVerdict)[];
}

const compared: readonly (keyof RecordedVerdict)[] = [
  "decision",
  "blocked",
  "continue",
  "reason",
  "rewrittenInput",
  "toolOutput",
  "additionalContext",
  "systemMessages",
];

/** Runs recorded inputs against a registry, one after another, and says what comes out differently. */
export async function* replayRecords(
  records: Iterable<HookRecord>,
  registry: HookRegistry,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Replayed> {
  for (const record of records) {
    const input = record.input as unknown as HookInputFor<HookEvent>;
    const now = recordOf(await registry.run(record.event, input, options)).verdict;
    const changed = compared.filter((key) => !isDeepStrictEqual(plain(now[key]), plain(record.verdict[key])));
    yield { record, now, changed };
  }
}

/** As it is after having been written to a file. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
