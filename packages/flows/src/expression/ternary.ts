import { cel, celProblem } from "./cel.ts";
import type { FunctionSet } from "./function-set.ts";

const maxBranches = 20;

interface Ternary {
  readonly args: readonly { readonly range: { readonly start: number; readonly end: number } }[];
}

/**
 * `ok ? 1 : "none"` is refused by CEL's type checker unless the branches are wrapped in `dyn()`.
 * Nobody should have to know that: this wraps them.
 */
export function withEqualBranches(source: string, functions?: FunctionSet): string {
  let text = source;
  for (let round = 0; round < maxBranches; round++) {
    const { error } = cel(functions).check(text);
    const problem = error && celProblem(error);
    if (problem?.code !== "incompatible_ternary_branches" || !problem.node) return text;
    const [, left, right] = (problem.node as unknown as Ternary).args;
    text = wrap(wrap(text, right!.range), left!.range);
  }
  return text;
}

function wrap(text: string, range: { readonly start: number; readonly end: number }): string {
  return `${text.slice(0, range.start)}dyn(${text.slice(range.start, range.end)})${text.slice(range.end)}`;
}
