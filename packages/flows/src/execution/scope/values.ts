import type { Flow, Step } from "../../definition/flow.ts";
import type { Failure } from "../../durability/records.ts";
import type { ExpressionScope } from "../../expression/template.ts";
import type { Json } from "../../json.ts";

/** What `steps.ID` offers, and for a container its children by id. */
export type StepEntry = Record<string, unknown>;

/** How a step came out, as far as later steps can see it. */
export interface Settled {
  readonly status: "completed" | "failed" | "skipped" | "cancelled";
  readonly output: Json;
  readonly error: Failure | undefined;
  /** The record that decided it. */
  readonly at: string;
  readonly attempts: number;
}

/** Values with the parts that change while a run goes on. */
export interface Values extends ExpressionScope {
  readonly steps: Record<string, StepEntry>;
  readonly visits: Record<string, number>;
}

/** Every step has an entry from the beginning, so that one that has not run is null in expressions and not an error. */
export function stepEntries(flow: Flow): Record<string, StepEntry> {
  const root = plain<StepEntry>();
  const steps = [...flow.steps, ...flow.finally];
  for (const step of steps) root[step.id] = pendingEntry(step);
  const counts = childCounts(steps);
  for (const step of steps) addAliases(root, step, root[step.id]!, counts);
  return root;
}

/** `steps.child` names a child of a container too, when no other step has its id. */
function addAliases(root: Record<string, StepEntry>, step: Step, entry: StepEntry, counts: Map<string, number>): void {
  for (const child of childrenOf(step)) {
    const childEntry = entry[child.id] as StepEntry;
    if (!(child.id in root) && counts.get(child.id) === 1) root[child.id] = childEntry;
    addAliases(root, child, childEntry, counts);
  }
}

function childCounts(steps: readonly Step[], counts: Map<string, number> = new Map()): Map<string, number> {
  for (const step of steps) {
    for (const child of childrenOf(step)) counts.set(child.id, (counts.get(child.id) ?? 0) + 1);
    childCounts(childrenOf(step), counts);
  }
  return counts;
}

export function childrenOf(step: Step): readonly Step[] {
  return step.kind === "group" || step.kind === "parallel" ? step.steps : [];
}

function pendingEntry(step: Step): StepEntry {
  const entry = plain<unknown>();
  for (const child of childrenOf(step)) entry[child.id] = pendingEntry(child);
  return fill(entry, { status: "pending", output: null, error: null, attempts: 0, visits: 0 });
}

/** A container that begins anew has children that have not run. Entries stay the same objects: aliases lead to them. */
export function resetChildren(step: Step, entry: StepEntry): void {
  for (const child of childrenOf(step)) {
    const childEntry = entry[child.id] as StepEntry;
    fill(childEntry, { status: "pending", output: null, error: null, attempts: 0, visits: 0 });
    resetChildren(child, childEntry);
  }
}

/** None of these steps has been visited: 0 for each, so that a condition can count from the beginning. */
export function resetVisits(visits: Record<string, number>, steps: readonly Step[]): Record<string, number> {
  for (const step of steps) {
    visits[step.id] = 0;
    resetVisits(visits, childrenOf(step));
  }
  return visits;
}

export function settle(entry: StepEntry, settled: Settled, visits: number): void {
  const { status, output, error, attempts } = settled;
  fill(entry, { status, output, error: error ?? null, attempts, visits });
}

function fill(entry: StepEntry, fields: StepEntry): StepEntry {
  return Object.assign(entry, fields);
}

/** The same values with an item in sight; the outer item, if there is one, becomes `parent`. */
export function withItem(values: Values, item: Json, index: number): Values {
  if (values.item === undefined) return { ...values, item, index };
  const outer = { item: values.item, index: values.index ?? 0 };
  return { ...values, item, index, parent: values.parent === undefined ? outer : { ...outer, parent: values.parent } };
}

/**
 * Values of their own for a branch that goes on beside others: entries along `path` (the containers it stands in) and the
 * step's own are copied, the rest is shared.
 */
export function fork(values: Values, path: readonly string[], step: Step): { values: Values; place: StepEntry } {
  const root = copy(values.steps);
  let place: StepEntry = root;
  for (const id of path) {
    const entry = copy(place[id] as StepEntry);
    replace(root, place, id, entry);
    place = entry;
  }
  replaceFresh(root, place, step);
  return { values: { ...values, steps: root, visits: copy(values.visits) }, place };
}

function replaceFresh(root: Record<string, StepEntry>, place: StepEntry, step: Step): void {
  const old = place[step.id] as StepEntry;
  const fresh = pendingEntry(step);
  replace(root, place, step.id, fresh);
  for (const child of childrenOf(step)) realias(root, child, old[child.id], fresh[child.id] as StepEntry);
}

function realias(root: Record<string, StepEntry>, step: Step, old: unknown, entry: StepEntry): void {
  if (root[step.id] === old) root[step.id] = entry;
  for (const child of childrenOf(step))
    realias(root, child, (old as StepEntry)[child.id], entry[child.id] as StepEntry);
}

function replace(root: Record<string, StepEntry>, place: StepEntry, id: string, entry: StepEntry): void {
  if (root[id] === place[id]) root[id] = entry;
  place[id] = entry;
}

function copy<T>(record: Record<string, T>): Record<string, T> {
  return Object.assign(plain<T>(), record);
}

/** Without a prototype, so that a step called `constructor` is only that. */
export function plain<T>(): Record<string, T> {
  return Object.create(null);
}
