import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { KnownNames } from "../expression/check-names.ts";
import { loopNames, rootNames } from "../expression/names.ts";
import type { Template } from "../expression/template.ts";
import type { Catalogue } from "./catalogue.ts";
import { checkNodeUse, reportUnknownName } from "./check-node-step.ts";
import type { NodeStep, Step, StepBase, SubFlowStep } from "./flow.ts";
import { checkIgnoredKeys } from "./ignored-keys.ts";
import { checkCondition, checkLoop } from "./literal-checks.ts";
import {
  type Field,
  type Fields,
  given,
  isMissing,
  kindOf,
  readBoolean,
  readDuration,
  readFields,
  readNumber,
  readText,
  wrongType,
} from "./map-reader.ts";
import { readApproval, readCache, readEnv, readIsolation, readRetry } from "./read-step-settings.ts";
import { constantTemplate, readTemplate } from "./read-template.ts";
import { positionAt, report, resolved, type SourceFile, spanOf } from "./source-file.ts";
import { checkTarget, type StepName } from "./step-ids.ts";
import { nextKeys, stepKeys } from "./step-keys.ts";

/** What a step is read against. */
export interface StepSurroundings {
  readonly source: SourceFile;
  readonly catalogue: Catalogue;
  /** Names of expressions outside loops. */
  readonly names: KnownNames;
  readonly isInLoop: boolean;
  readonly siblings: readonly StepName[];
  readonly isParallelChild: boolean;
}

const inLoops: ReadonlySet<string> = new Set([...rootNames, ...loopNames]);
const kinds = ["uses", "steps", "parallel", "flow"] as const;

/** The steps of a list; those that cannot be read are reported and left out. */
export function readSteps(
  surroundings: Omit<StepSurroundings, "siblings">,
  field: Field,
  siblings: readonly StepName[],
): Step[] {
  const { source } = surroundings;
  if (!isSeq(field.node)) {
    const message = `${field.key} is a list of steps; here is ${kindOf(field.node)}.`;
    report(source, field.span, { code: "wrong-type", message });
    return [];
  }
  if (field.node.items.length === 0) {
    report(source, field.span, { code: "missing-key", message: `${field.key} has at least one step.` });
  }
  return field.node.items.flatMap((item) => {
    const node = resolved(source, item);
    const fields = node && readFields(source, node, "a step", stepKeys);
    return fields ? (readStep({ ...surroundings, siblings }, fields, node) ?? []) : [];
  });
}

function readStep(surroundings: StepSurroundings, fields: Fields, node: Node): Step | undefined {
  const { source } = surroundings;
  const kind = readKind(surroundings, fields, node);
  const isLoop = given(fields, "loop") !== undefined;
  const isInLoop = surroundings.isInLoop || isLoop;
  const outer = namesIn(surroundings, surroundings.isInLoop);
  const inner = namesIn(surroundings, isInLoop);
  const base = readBase(surroundings, fields, node, { outer, inner });
  checkIgnoredKeys(source, fields, kind, surroundings.isParallelChild);
  if (kind === undefined) return undefined;
  const withField = fields.get("with");
  const inputs = withField && !withField.isEmpty ? readInputs(source, withField, inner) : constantTemplate({});
  if (kind === "uses") return readNodeStep(surroundings, fields, base, inputs, inner);
  if (kind === "flow") return readSubFlow(surroundings, fields, base, inputs, inner);
  const children = childrenOf(surroundings, node, kind);
  const below = { ...surroundings, isInLoop, isParallelChild: kind === "parallel" };
  const steps = readSteps(below, given(fields, kind)!, children);
  if (kind === "steps") return { ...base, kind: "group", steps };
  return { ...base, kind: "parallel", steps, max: readNumber(source, given(fields, "max"), { min: 0 }) ?? 0 };
}

function namesIn(surroundings: StepSurroundings, isInLoop: boolean): KnownNames {
  return isInLoop ? { ...surroundings.names, roots: inLoops } : surroundings.names;
}

function childrenOf(surroundings: StepSurroundings, node: Node, kind: "steps" | "parallel"): readonly StepName[] {
  const step = surroundings.siblings.find((sibling) => sibling.node === node);
  const list = isMap(node) ? given(readFields(surroundings.source, node, "a step")!, kind)?.node : undefined;
  const items = isSeq(list) ? new Set(list.items.map((item) => resolved(surroundings.source, item))) : new Set();
  return step?.children.filter((child) => items.has(child.node)) ?? [];
}

function readKind(surroundings: StepSurroundings, fields: Fields, node: Node): (typeof kinds)[number] | undefined {
  const present = kinds.filter((kind) => fields.has(kind));
  const [kind, second] = present;
  if (kind !== undefined && second === undefined) {
    const field = fields.get(kind)!;
    if (!field.isEmpty) return kind;
    report(surroundings.source, field.keySpan, { code: "missing-key", message: `${kind} has nothing behind it.` });
    return undefined;
  }
  if (kind === undefined && kinds.some((name) => !isMissing(fields, name))) return undefined;
  const span = second === undefined ? firstSpan(fields, node) : fields.get(second)!.keySpan;
  const found = kind === undefined ? "none of them" : present.join(" and ");
  const message = `A step has exactly one of uses, steps, parallel and flow; here is ${found}.`;
  report(surroundings.source, span, { code: "step-kind", message });
  return undefined;
}

function firstSpan(fields: Fields, node: Node): ReturnType<typeof spanOf> {
  return given(fields, "id")?.span ?? [...fields.values()][0]?.keySpan ?? spanOf(node);
}

function readBase(
  surroundings: StepSurroundings,
  fields: Fields,
  node: Node,
  names: { outer: KnownNames; inner: KnownNames },
): StepBase {
  const { source } = surroundings;
  const { outer, inner } = names;
  const start = firstSpan(fields, node)?.start ?? 0;
  return {
    id: readId(source, fields, node),
    position: positionAt(source, start),
    if: readCondition(source, given(fields, "if"), outer),
    loop: readLoop(source, given(fields, "loop"), outer),
    maxParallel: readNumber(source, given(fields, "max_parallel"), { min: 1, max: 10_000 }) ?? 1,
    while: readCondition(source, given(fields, "while"), outer),
    next: readNext(surroundings, given(fields, "next"), outer),
    maxVisits: readNumber(source, given(fields, "max_visits"), { min: 0 }) ?? 1_000,
    continueOnError: readBoolean(source, given(fields, "continue_on_error")) ?? false,
    approval: readApproval(source, given(fields, "approval"), inner),
    retry: readRetry(source, given(fields, "retry")),
    timeoutMs: readDuration(source, given(fields, "timeout")),
    env: readEnv(source, given(fields, "env"), inner),
  };
}

function readId(source: SourceFile, fields: Fields, node: Node): string {
  const field = given(fields, "id");
  if (!field) {
    if (!fields.has("id") && !isMissing(fields, "id")) return "";
    const message = "A step has an id, so that expressions and next can name it.";
    report(source, firstSpan(fields, node), { code: "missing-key", message });
    return "";
  }
  return isScalar(field.node) && typeof field.node.value !== "string"
    ? String(field.node.value)
    : (readText(source, field) ?? "");
}

/** Literal booleans and numbers stand as they are; text must be an expression, for other text would always be true. */
function readCondition(source: SourceFile, field: Field | undefined, names: KnownNames): Template | undefined {
  if (!field) return undefined;
  const template = readTemplate(source, field, names);
  checkCondition(source, field, template);
  return template;
}

function readLoop(source: SourceFile, field: Field | undefined, names: KnownNames): Template | undefined {
  if (!field) return undefined;
  const template = readTemplate(source, field, names);
  checkLoop(source, field, template);
  return template;
}

function readNext(surroundings: StepSurroundings, field: Field | undefined, names: KnownNames): Template | undefined {
  if (!field) return undefined;
  const { source, siblings } = surroundings;
  const template = readTemplate(source, field, names);
  const fields = isMap(field.node) ? readFields(source, field.node, "next", nextKeys) : undefined;
  const target = isMap(field.node) ? fields && given(fields, "target") : field;
  const value = isScalar(target?.node) ? target.node.value : undefined;
  if (typeof value !== "string") {
    report(source, field.span, { code: "wrong-type", message: "next takes the id of a step, end, or an expression." });
  } else if (!value.includes("${{")) checkTarget(source, value, target!.span, siblings);
  return template;
}

function readInputs(source: SourceFile, field: Field, names: KnownNames): Template {
  if (isMap(field.node)) return readTemplate(source, field, names);
  report(source, field.span, {
    code: "wrong-type",
    message: `with is a map of inputs; here is ${kindOf(field.node)}.`,
  });
  return constantTemplate({});
}

function readNodeStep(
  surroundings: StepSurroundings,
  fields: Fields,
  base: StepBase,
  inputs: Template,
  names: KnownNames,
): NodeStep | undefined {
  const { source } = surroundings;
  const uses = readText(source, given(fields, "uses"));
  if (uses === undefined) return undefined;
  checkNodeUse(source, surroundings.catalogue, { name: uses, fields, inputs: inputs.source });
  return {
    ...base,
    kind: "node",
    uses,
    with: inputs,
    cache: readCache(source, given(fields, "cache"), names),
    isolate: readIsolation(source, given(fields, "isolate")),
  };
}

function readSubFlow(
  surroundings: StepSurroundings,
  fields: Fields,
  base: StepBase,
  inputs: Template,
  names: KnownNames,
): SubFlowStep {
  const { source, catalogue } = surroundings;
  const field = given(fields, "flow")!;
  const flow = readTemplate(source, field, names);
  const name = flow.source;
  if (typeof name !== "string") wrongType(source, field, "the name of a flow");
  else if (!flow.dynamic && catalogue.flows && !catalogue.flows.has(name)) {
    reportUnknownName(source, catalogue, {
      code: "unknown-flow",
      what: "flow",
      name,
      span: field.span,
      known: catalogue.flows,
    });
  }
  return { ...base, kind: "flow", flow, with: inputs };
}
