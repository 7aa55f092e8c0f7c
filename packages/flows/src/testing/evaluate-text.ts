import { functionNames } from "../expression/cel-functions.ts";
import { compileTemplate, prepareTemplates } from "../expression/compile-template.ts";
import type { ExpressionFunction } from "../expression/expression-function.ts";
import { createFunctionSet } from "../expression/function-set.ts";
import type { Json, JsonObject } from "../json.ts";
import { harnessFlow } from "./collect-events.ts";

/**
 * Evaluates as a flow would, with everything that validation says.
 * @throws Error with what validation found; ExpressionError
 */
export async function evaluateText(
  text: string,
  { functions = [], inputs = {} }: { readonly functions?: readonly ExpressionFunction[]; readonly inputs?: JsonObject },
  env: Readonly<Record<string, string>>,
): Promise<Json> {
  await prepareTemplates(text);
  const set = createFunctionSet([{ source: "the test", functions }], functionNames);
  const { template, diagnostics } = compileTemplate(text, undefined, { functions: set });
  const wrong = [...set.diagnostics, ...diagnostics];
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join("\n"));
  const nothing = { steps: {}, vars: {}, secrets: {}, visits: {}, trigger: null, run: null };
  return template.evaluate({ ...nothing, env, inputs, flow: { name: harnessFlow }, functions: set });
}
