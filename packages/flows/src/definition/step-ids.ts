import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { given, readFields } from "./map-reader.ts";
import { report, resolved, type SourceFile, type Span, spanOf } from "./source-file.ts";

/** A step as far as its id goes; found before anything else is read, so that expressions can name any step. */
export interface StepName {
  readonly id: string | undefined;
  readonly node: YAMLMap;
  readonly span: Span;
  readonly children: readonly StepName[];
}

/** Words that mean something else: to `next`, to CEL, or as a field of a group. */
const reserved = new Set([
  ..."end true false null in as break const continue else for function if import let loop package namespace return var void while prototype __proto__".split(
    " ",
  ),
]);
const reservedInGroups = new Set(["output", "error", "status", "attempts", "visits"]);

/** The steps of a list with their ids; what is no step is left for the reader to complain about. */
export function findSteps(source: SourceFile, list: Node | undefined): StepName[] {
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => {
    const node = resolved(source, item);
    if (!isMap(node)) return [];
    const fields = readFields(source, node, "a step")!;
    const id = given(fields, "id");
    const written = isScalar(id?.node) ? String(id.node.value) : undefined;
    const children = ["steps", "parallel"].flatMap((key) => findSteps(source, given(fields, key)?.node));
    return [{ id: written, node, span: id?.span ?? spanOf(node)!, children }];
  });
}

/** Reports ids that are malformed, reserved, or taken by a step of the same list. */
export function checkIds(source: SourceFile, steps: readonly StepName[], isGroup = false): void {
  const seen = new Map<string, StepName>();
  for (const step of steps) {
    checkIds(source, step.children, true);
    if (step.id === undefined) continue;
    checkId(source, step.id, step.span, isGroup);
    const other = seen.get(step.id);
    if (other) reportDuplicate(source, step, other);
    else seen.set(step.id, step);
  }
}

function reportDuplicate(source: SourceFile, step: StepName, other: StepName): void {
  const { line } = source.lines.linePos(other.span.start);
  report(source, step.span, {
    code: "duplicate-id",
    message: `The id ${step.id} is taken by the step in line ${line}.`,
  });
}

function checkId(source: SourceFile, id: string, span: Span, isGroup: boolean): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) {
    if (!reserved.has(id) && !(isGroup && reservedInGroups.has(id))) return;
    const message = `${id} means something else in expressions or to next: another id is needed.`;
    report(source, span, { code: "reserved-id", message, hint: `${id}_step` });
    return;
  }
  const mended = id.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^(?=\d)/, "_");
  const hint = mended.replaceAll("_", "") === "" ? undefined : mended;
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id)) {
    const message = `The id ${id} has a hyphen, which expressions read as a subtraction.`;
    report(source, span, { code: "hyphenated-id", message, hint });
    return;
  }
  const message = `An id has letters, digits and underscores and begins with no digit; here is "${id.slice(0, 60)}".`;
  report(source, span, { code: "invalid-id", message, hint });
}

/** What `steps.NAME` may name: every step, with the children that can follow its name. */
export interface NamedSteps {
  readonly steps: ReadonlyMap<string, ReadonlySet<string>>;
  /** Short names that several children share, with the full ones. */
  readonly ambiguous: ReadonlyMap<string, readonly string[]>;
}

export function namedSteps(roots: readonly StepName[]): NamedSteps {
  const steps = new Map<string, ReadonlySet<string>>();
  const paths = new Map<string, string[]>();
  const isRoot = new Set(roots.map((root) => root.id));
  const visit = (step: StepName, parent: string): void => {
    if (step.id === undefined) return;
    const path = parent + step.id;
    paths.set(step.id, [...(paths.get(step.id) ?? []), path]);
    if (parent === "" || !isRoot.has(step.id))
      steps.set(step.id, new Set(step.children.flatMap((child) => child.id ?? [])));
    for (const child of step.children) visit(child, `${path}.`);
  };
  for (const root of roots) visit(root, "");
  const ambiguous = new Map([...paths].filter(([id, all]) => all.length > 1 && !all.includes(id)));
  for (const id of ambiguous.keys()) steps.delete(id);
  return { steps, ambiguous };
}

/** `next` names a step of its own list, or `end`. */
export function checkTarget(source: SourceFile, target: string, span: Span, siblings: readonly StepName[]): void {
  const ids = siblings.flatMap((step) => step.id ?? []);
  if (target === "end" || ids.includes(target)) return;
  const near = nearest(target, [...ids, "end"]);
  const suggestion =
    near === undefined ? ` Steps here: ${ids.slice(0, 12).join(", ")}.` : didYouMean(target, [...ids, "end"]);
  report(source, span, { code: "unknown-step", message: `next: no step "${target}".${suggestion}`, hint: near });
}
