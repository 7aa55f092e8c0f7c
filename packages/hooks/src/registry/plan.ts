import type { HookInput } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import { subjectOf } from "../events/rules.ts";
import type { HookReport } from "../verdict/verdict.ts";
import type { HookEntry } from "./entry.ts";
import { mismatch } from "./entry.ts";

/** One hook of an event and, when the matcher already rules it out, its report. */
export interface PlannedHook {
  readonly entry: HookEntry;
  readonly skipped?: HookReport;
}

/** What runs for one event and subject: hooks one after another, or several at once. */
export type PlannedGroup = readonly PlannedHook[];

const maxPlans = 512;

/** The hooks of one event in the order in which they run; the list for a subject is made once and kept. */
export class EventPlan {
  readonly entries: readonly HookEntry[];
  readonly #event: HookEvent;
  readonly #bySubject = new Map<string | undefined, readonly PlannedGroup[]>();

  constructor(event: HookEvent, entries: readonly HookEntry[]) {
    this.#event = event;
    this.entries = entries;
  }

  groups(input: HookInput): readonly PlannedGroup[] {
    const subject = subjectOf(this.#event, input);
    const known = this.#bySubject.get(subject);
    if (known) return known;
    const groups = grouped(planned(this.entries, subject));
    if (this.#bySubject.size >= maxPlans) this.#bySubject.clear();
    // A subject may be as long as its sender likes, so only short ones are kept.
    if (subject === undefined || subject.length <= 256) this.#bySubject.set(subject, groups);
    return groups;
  }
}

function planned(entries: readonly HookEntry[], subject: string | undefined): PlannedHook[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const detail = mismatch(entry, subject);
    if (detail !== undefined) return { entry, skipped: skippedReport(entry, "no-match", detail) };
    const { identity } = entry.matcher;
    if (identity === undefined || !seen.has(identity)) {
      if (identity !== undefined) seen.add(identity);
      return { entry };
    }
    return { entry, skipped: skippedReport(entry, "duplicate", "the same command runs already") };
  });
}

function grouped(hooks: readonly PlannedHook[]): PlannedGroup[] {
  const groups: PlannedHook[][] = [];
  for (const hook of hooks) {
    const last = groups.at(-1);
    if (last && hook.entry.isParallel && last[0]!.entry.isParallel) last.push(hook);
    else groups.push([hook]);
  }
  return groups;
}

/** The report of a hook that was not called. */
export function skippedReport(entry: HookEntry, reason: NonNullable<HookReport["reason"]>, detail: string): HookReport {
  const { source } = entry.matcher;
  const report = { name: entry.label, status: "skipped", reason, detail, durationMs: 0 } as const;
  return source === undefined ? report : { ...report, source };
}

/** The part of a report that says which hook it is about. */
export function identityOf(entry: HookEntry): Pick<HookReport, "name" | "source"> {
  return entry.matcher.source === undefined
    ? { name: entry.label }
    : { name: entry.label, source: entry.matcher.source };
}
