import { isMap, isSeq, type Node } from "yaml";
import type { KnownNames } from "../expression/check-names.ts";
import type { Catalogue } from "./catalogue.ts";
import { checkTriggerUse } from "./check-node-step.ts";
import type { FlowTrigger } from "./flow.ts";
import { type Fields, given, isMissing, kindOf, readFields, readText } from "./map-reader.ts";
import { constantTemplate, readTemplate } from "./read-template.ts";
import { triggerKeys } from "./setting-keys.ts";
import { positionAt, report, resolved, type SourceFile, spanOf } from "./source-file.ts";

/** `trigger:` or `triggers:`, not both. */
export function readTriggers(source: SourceFile, flow: Fields, catalogue: Catalogue, names: KnownNames): FlowTrigger[] {
  const one = given(flow, "trigger");
  const many = given(flow, "triggers");
  if (one && many) {
    report(source, many.keySpan, { code: "ignored-key", message: "A flow has trigger or triggers, not both." });
  }
  const triggers: FlowTrigger[] = [];
  for (const node of [...(one ? [one.node] : []), ...listOf(source, many)]) {
    const trigger = readTrigger(source, node, catalogue, names, triggers);
    if (trigger) triggers.push(trigger);
  }
  return triggers;
}

function listOf(source: SourceFile, field: ReturnType<typeof given>): Node[] {
  if (!field) return [];
  if (isSeq(field.node)) return field.node.items.flatMap((item) => resolved(source, item) ?? []);
  report(source, field.span, { code: "wrong-type", message: `triggers is a list; here is ${kindOf(field.node)}.` });
  return [];
}

function readTrigger(
  source: SourceFile,
  node: Node,
  catalogue: Catalogue,
  names: KnownNames,
  others: readonly FlowTrigger[],
): FlowTrigger | undefined {
  const fields = readFields(source, node, "a trigger", triggerKeys);
  if (!fields) return undefined;
  const usesField = given(fields, "uses");
  if (!usesField) {
    if (!fields.has("uses") && !isMissing(fields, "uses")) return undefined;
    const message = "A trigger says with uses what it is, as in uses: cron.";
    report(source, fields.get("uses")?.keySpan ?? spanOf(node), { code: "missing-key", message });
    return undefined;
  }
  const uses = readText(source, usesField);
  if (uses === undefined) return undefined;
  const inputs = given(fields, "with");
  if (inputs && !isMap(inputs.node)) {
    report(source, inputs.span, {
      code: "wrong-type",
      message: `with is a map of inputs; here is ${kindOf(inputs.node)}.`,
    });
  }
  const template = inputs ? readTemplate(source, inputs, names) : constantTemplate({});
  checkTriggerUse(source, catalogue, { name: uses, fields, inputs: template.source });
  return {
    id: idOf(source, fields, uses, others),
    uses,
    with: template,
    position: positionAt(source, usesField.keySpan.start),
  };
}

function idOf(source: SourceFile, fields: Fields, uses: string, others: readonly FlowTrigger[]): string {
  const field = given(fields, "id");
  const written = readText(source, field);
  const isTaken = (id: string): boolean => others.some((other) => other.id === id);
  if (written !== undefined) {
    if (isTaken(written))
      report(source, field!.span, { code: "duplicate-id", message: `The id ${written} is taken by another trigger.` });
    return written;
  }
  let id = uses;
  for (let count = 2; isTaken(id); count++) id = `${uses}#${count}`;
  return id;
}
