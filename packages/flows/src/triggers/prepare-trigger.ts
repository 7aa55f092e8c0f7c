import type { Flow, FlowTrigger } from "../definition/flow.ts";
import { messageOf } from "../execution/failure.ts";
import { environmentOf } from "../execution/scope/environment.ts";
import { plain } from "../execution/scope/values.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import type { ExpressionScope } from "../expression/template.ts";
import type { Json } from "../json.ts";
import type { Masker } from "../masking/masker.ts";
import { secretVariables } from "../masking/secret-names.ts";
import type { Secrets } from "../masking/secrets.ts";
import type { SchemaIssue } from "../nodes/node.ts";
import type { TriggerRegistry } from "./registry.ts";
import { type TriggerDefinition, TriggerError } from "./trigger.ts";

export interface Surroundings {
  readonly registry: TriggerRegistry;
  readonly projectDir: string;
  /** The process's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  /** Learns what the trigger is given that is secret. */
  readonly masker: Masker;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** A trigger that can be called: found, with its `with` resolved and validated. */
export interface PreparedTrigger {
  readonly definition: TriggerDefinition;
  readonly input: unknown;
}

/**
 * Finds the trigger and makes its input: expressions over `env` and `secrets`, then the trigger's own schema.
 * @throws TriggerError for what only a change of the flow can mend; other errors may pass
 */
export async function prepareTrigger(
  flow: Flow,
  trigger: FlowTrigger,
  surroundings: Surroundings,
): Promise<PreparedTrigger> {
  const { registry } = surroundings;
  const found = registry.find(trigger.uses);
  if (found === undefined) {
    const message = `There is no trigger "${trigger.uses}".${registry.suggest(trigger.uses)}`;
    throw new TriggerError("unknown-trigger", message);
  }
  const definition = await found;
  const written = await resolveInput(flow, trigger, surroundings);
  const result = await definition.input["~standard"].validate(written);
  if (result.issues === undefined) return { definition, input: result.value };
  const sentences = result.issues.map(sentenceOf).join("; ");
  throw new TriggerError("invalid-input", `${trigger.uses} cannot take its \`with\`: ${sentences}.`);
}

async function resolveInput(flow: Flow, trigger: FlowTrigger, surroundings: Surroundings): Promise<Json> {
  if (!trigger.with.dynamic) return trigger.with.evaluate(emptyScope) ?? {};
  const { projectDir, env: system, warn, signal } = surroundings;
  try {
    const env = environmentOf(flow, { projectDir, system, warn }, { vars: {}, inputs: {} });
    const secrets = await surroundings.secrets.read(flow, { env, signal });
    for (const secret of [...secretVariables(env), ...Object.values(secrets)]) surroundings.masker.add(secret);
    return trigger.with.evaluate({ ...emptyScope, env, secrets, flow: { name: flow.name } }) ?? {};
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new TriggerError(error.code, messageOf(error));
  }
}

const emptyScope: ExpressionScope = {
  steps: plain(),
  env: plain(),
  vars: plain(),
  inputs: plain(),
  secrets: plain(),
  visits: plain(),
  trigger: null,
  run: null,
  flow: null,
};

function sentenceOf(issue: SchemaIssue): string {
  const path = issue.path?.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  return path ? `${path}: ${message}` : message;
}
