import type { Flow, Step } from "../definition/flow.ts";
import { environmentOf } from "../execution/scope/environment.ts";
import { childrenOf, plain, resetVisits, stepEntries } from "../execution/scope/values.ts";
import { compileTemplate } from "../expression/compile-template.ts";
import { compileExpression } from "../expression/expression.ts";
import { splitText } from "../expression/split-text.ts";
import type { ExpressionScope } from "../expression/template.ts";
import type { Json, JsonObject } from "../json.ts";
import { Masker } from "../masking/masker.ts";
import { secretVariables } from "../masking/secret-names.ts";

export interface PlanOptions {
  readonly projectDir: string;
  /** As `readRunInputs` gives them. */
  readonly inputs: JsonObject;
  readonly vars: JsonObject;
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What is known of the steps of a flow before anything runs. */
export interface FlowPlan {
  /** What each step is given. A value that only the run will know stays as it is written; a secret is `***`. */
  readonly inputs: ReadonlyMap<Step, Json>;
  /** Variables of the environment that expressions name, and nobody sets. */
  readonly unsetVariables: readonly string[];
}

/** Executes nothing, and reads nothing but the project's files of variables. */
export function planInputs(flow: Flow, options: PlanOptions): FlowPlan {
  const env = variablesOf(flow, options);
  const masker = new Masker(secretVariables(env));
  for (const [name, input] of Object.entries(flow.inputs))
    if (input.secret) masker.addAll(options.inputs[name] ?? null);
  for (const source of Object.values(flow.secrets)) if ("env" in source) masker.add(env[source.env] ?? "");
  const scope = scopeOf(flow, options, env);
  const unset = new Set<string>();
  const inputs = new Map<Step, Json>();
  for (const step of allSteps([...flow.steps, ...flow.finally])) {
    const own = { ...scope, env: { ...env } };
    for (const [name, { source }] of Object.entries(step.env)) own.env[name] = String(known(source, own));
    if (step.kind === "node" || step.kind === "flow") {
      inputs.set(step, masker.mask(known(step.with.source, own)));
      noteUnset(step.with.source, own.env, unset);
    }
    for (const { source } of [step.if, step.while, step.loop].flatMap((each) => each ?? [])) {
      noteUnset(source, own.env, unset);
    }
  }
  return { inputs, unsetVariables: [...unset].toSorted() };
}

function variablesOf(flow: Flow, { projectDir, env = process.env, vars, inputs }: PlanOptions): Record<string, string> {
  const system: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) system[name] = value;
  try {
    return { ...environmentOf(flow, { projectDir, system, warn: () => {} }, { vars, inputs }) };
  } catch {
    // The run will say what is wrong with it; a plan shows the rest.
    return system;
  }
}

function scopeOf(flow: Flow, { inputs, vars }: PlanOptions, env: Record<string, string>): ExpressionScope {
  const secrets = Object.fromEntries(Object.keys(flow.secrets).map((name) => [name, "***"]));
  const flowValue = { name: flow.name, description: flow.description ?? null, hash: flow.hash };
  const steps = stepEntries(flow);
  return {
    steps,
    env,
    vars,
    inputs,
    secrets,
    visits: resetVisits(plain(), flow.steps),
    trigger: null,
    run: null,
    flow: flowValue,
  };
}

function* allSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    yield* allSteps(childrenOf(step));
  }
}

/** The value, with every text in it that can be evaluated now. */
function known(source: Json, scope: ExpressionScope): Json {
  if (Array.isArray(source)) return source.map((item) => known(item, scope));
  if (typeof source === "object" && source !== null) {
    return Object.fromEntries(Object.entries(source).map(([key, item]) => [key, known(item, scope)]));
  }
  if (typeof source !== "string") return source;
  const { template } = compileTemplate(source);
  if (template.stepIds.size > 0) return source;
  try {
    return template.evaluate(scope);
  } catch {
    return source;
  }
}

function noteUnset(source: Json, env: Readonly<Record<string, string>>, unset: Set<string>): void {
  if (typeof source === "object" && source !== null) {
    for (const item of Object.values(source)) noteUnset(item, env, unset);
  }
  if (typeof source !== "string") return;
  for (const part of splitText(source).parts) {
    if (part.kind === "text") continue;
    for (const { root, keys } of compileExpression(part.source).references) {
      const name = root === "env" ? keys[0]?.key : undefined;
      if (typeof name === "string" && env[name] === undefined) unset.add(name);
    }
  }
}
