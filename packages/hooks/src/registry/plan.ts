import type { HookInput } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import { subjectOf } from "../events/rules.ts";
import type { HookReport } from "../verdict/verdict.ts";
import type { HookEntry } from "./entry.ts";
import { mismatch, ShownSubject } from "./entry.ts";

/** One hook of an event and, when the matcher already rules it out, its report. */
export interface PlannedHook {
  readonly entry: HookEntry;
  readonly skipped: HookReport | undefined;
}

/** What runs for one event and subject: one hook after another, or several at once. */
export type PlannedGroup = PlannedHook | readonly PlannedHook[];

/**
 * As many subjects as a session has tools. Not more: with subjects that never come again (names of files), what is kept
 * has to be carried through every collection of garbage, which costs more than to make it.
 */
const maxPlans = 128;

/** The hooks of one event in the order in which they run; the list for a subject is made once and kept. */
export class EventPlan {
  readonly entries: readonly HookEntry[];
  readonly #event: HookEvent;
  /** Each entry as it is planned where it matches, made once for all subjects. */
  readonly #matching: readonly PlannedHook[];
  readonly #bySubject = new Map<string | undefined, readonly PlannedGroup[]>();

  constructor(event: HookEvent, entries: readonly HookEntry[]) {
    this.#event = event;
    this.entries = entries;
    this.#matching = entries.map((entry) => ({ entry, skipped: undefined }));
  }

  groups(input: HookInput): readonly PlannedGroup[] {
    const subject = subjectOf(this.#event, input);
    const known = this.#bySubject.get(subject);
    if (known) return known;
    const groups = grouped(planned(this.#matching, subject));
    if (this.#bySubject.size >= maxPlans) this.#bySubject.clear();
    // A subject may be as long as its sender likes, so only short ones are kept.
    if (subject === undefined || subject.length <= 256) this.#bySubject.set(subject, groups);
    return groups;
  }
}

function planned(matching: readonly PlannedHook[], subject: string | undefined): PlannedHook[] {
  const shown = new ShownSubject(subject);
  let seen: Set<string> | undefined;
  return matching.map((hook) => {
    const { entry } = hook;
    const detail = mismatch(entry, shown);
    if (detail !== undefined) return { entry, skipped: skippedReport(entry, "no-match", detail) };
    const { identity } = entry.matcher;
    if (identity === undefined) return hook;
    seen ??= new Set();
    if (seen.has(identity)) {
      return { entry, skipped: skippedReport(entry, "duplicate", "the same command runs already") };
    }
    seen.add(identity);
    return hook;
  });
}

/** Neighbours that are parallel run at once; where there are none, the list is as it was. */
function grouped(hooks: readonly PlannedHook[]): readonly PlannedGroup[] {
  if (!hooks.some(({ entry }) => entry.isParallel)) return hooks;
  const groups: PlannedHook[][] = [];
  for (const hook of hooks) {
    const last = groups.at(-1);
    if (last && hook.entry.isParallel && last[0]!.entry.isParallel) last.push(hook);
    else groups.push([hook]);
  }
  return groups.map((group) => (group.length === 1 ? group[0]! : group));
}

/** The report of a hook that was not called. */
export function skippedReport(entry: HookEntry, reason: NonNullable<HookReport["reason"]>, detail: string): HookReport {
  const { source } = entry.matcher;
  if (source === undefined) return { name: entry.label, status: "skipped", reason, detail, durationMs: 0 };
  return { name: entry.label, status: "skipped", reason, detail, durationMs: 0, source };
}

/** The part of a report that says which hook it is about. */
export function identityOf(entry: HookEntry): Pick<HookReport, "name" | "source"> {
  return entry.matcher.source === undefined
    ? { name: entry.label }
    : { name: entry.label, source: entry.matcher.source };
}
