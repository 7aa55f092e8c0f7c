import type { NodeStep } from "../../definition/flow.ts";
import type { Failure } from "../../durability/records.ts";
import type { StepInputs } from "../../hooks/step-hook.ts";
import type { Json } from "../../json.ts";
import type { NodeDefinition, SchemaIssue } from "../../nodes/node.ts";
import type { Frame } from "../execution.ts";
import { failure } from "../failure.ts";

const noInputs: StepInputs = {};

/**
 * The step's `with`, resolved: what hooks see and results are cached by.
 * @throws ExpressionError
 */
export function resolveInputs(frame: Frame, step: NodeStep): StepInputs {
  const value = step.with.evaluate(frame.values);
  return typeof value === "object" && value !== null ? (value as StepInputs) : noInputs;
}

/** What the node's schema makes of the inputs, or what is wrong with them, all at once. */
export async function validateInputs(
  definition: NodeDefinition,
  step: NodeStep,
  resolved: StepInputs,
  { areChanged = false }: { readonly areChanged?: boolean } = {},
): Promise<{ readonly input: unknown } | { readonly failure: Failure }> {
  const given = areChanged ? literal(definition, resolved) : withRaw(definition, step, resolved);
  const checked = definition.input["~standard"].validate(given);
  const result = checked instanceof Promise ? await checked : checked;
  if (result.issues === undefined) return { input: result.value };
  const message = `${definition.name} cannot take these inputs: ${issuesText(result.issues)}.`;
  return { failure: failure("invalid-input", message) };
}

/** Some inputs must reach the node as written, because it puts the values in itself. */
function withRaw(definition: NodeDefinition, step: NodeStep, resolved: StepInputs): StepInputs {
  const source = step.with.source;
  if (!definition.rawInputs || typeof source !== "object" || source === null) return resolved;
  const raw = definition.rawInputs.filter((name) => Object.hasOwn(source, name));
  return { ...resolved, ...Object.fromEntries(raw.map((name) => [name, (source as StepInputs)[name]!])) };
}

/** Inputs that a hook has put in place of the file's hold no expressions, whatever they look like. */
function literal(definition: NodeDefinition, changed: StepInputs): StepInputs {
  const entries = Object.entries(changed).map(([name, value]): [string, Json] => {
    const isRaw = typeof value === "string" && definition.rawInputs?.includes(name);
    return [name, isRaw ? value.replaceAll("${{", () => "$${{") : value];
  });
  return Object.fromEntries(entries);
}

export function issuesText(issues: readonly SchemaIssue[]): string {
  return issues.map(sentenceOf).join("; ");
}

function sentenceOf(issue: SchemaIssue): string {
  const path = issue.path?.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  return path ? `${path}: ${message}` : message;
}
