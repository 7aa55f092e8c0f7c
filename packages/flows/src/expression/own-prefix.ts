import type { Flow, Step } from "../definition/flow.ts";
import type { Json } from "../json.ts";
import { toText } from "./compile-template.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { splitText } from "./split-text.ts";
import type { ExpressionScope } from "./template.ts";

/** What those set up who run the flow; all other names may hold what strangers send. */
const ownRoots: ReadonlySet<string> = new Set(["env", "vars", "secrets"]);
const variablesOf = new WeakMap<Flow, ReadonlySet<string>>();

/**
 * The value of a text up to its first expression over anything that others may have sent: what stands in the flow file, and
 * what comes from `env`, `vars` and `secrets`.
 * @throws ExpressionError
 */
export function ownPrefix(source: Json | undefined, flow: Flow, scope: ExpressionScope): string {
  if (typeof source !== "string") return "";
  const foreign = foreignVariables(flow);
  let prefix = "";
  for (const part of splitText(source).parts) {
    if (part.kind === "text") {
      prefix += part.text;
      continue;
    }
    const expression = compileExpression(part.source, scope.functions);
    if (!isOwn(expression, foreign)) break;
    prefix += toText(expression.evaluate(scope));
  }
  return prefix;
}

function isOwn({ references }: Expression, foreign: ReadonlySet<string>): boolean {
  return references.every(({ root, keys }) => {
    if (!ownRoots.has(root)) return false;
    const key = keys[0]?.key;
    return root !== "env" || foreign.size === 0 || (typeof key === "string" && !foreign.has(key));
  });
}

/** Variables that some `env:` of the flow makes of what others send, by way of each other too. */
function foreignVariables(flow: Flow): ReadonlySet<string> {
  const known = variablesOf.get(flow);
  if (known !== undefined) return known;
  const templates = [flow.env, ...flow.steps.flatMap(environments)].flatMap((env) => Object.entries(env));
  const foreign = new Set<string>();
  for (let before = -1; before < foreign.size; ) {
    before = foreign.size;
    for (const [name, { source }] of templates) if (!isOwnText(source, foreign)) foreign.add(name);
  }
  variablesOf.set(flow, foreign);
  return foreign;
}

function environments(step: Step): Flow["env"][] {
  return [step.env, ...("steps" in step ? step.steps.flatMap(environments) : [])];
}

function isOwnText(source: Json, foreign: ReadonlySet<string>): boolean {
  if (typeof source !== "string") return true;
  return splitText(source).parts.every(
    (part) => part.kind === "text" || isOwn(compileExpression(part.source), foreign),
  );
}
