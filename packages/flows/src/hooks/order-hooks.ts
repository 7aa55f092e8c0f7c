import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { ChainedHook } from "./hook-chain.ts";
import type { StepExecutionHook } from "./step-hook.ts";

/** What is wrong with a value that stands where a step hook belongs, or nothing. `source` is named in the message. */
export function checkStepHook(value: unknown, source: string): Diagnostic | undefined {
  if (typeof value === "function") {
    const name = value.name || "It";
    const message = `${name} of ${source} is a class or a function; a step hook is an instance. Write: new ${value.name || "MyHook"}()`;
    return { code: "invalid-step-hook", severity: "error", message };
  }
  const isObject = typeof value === "object" && value !== null;
  const hook = (isObject ? value : {}) as Partial<Record<keyof StepExecutionHook, unknown>>;
  if (typeof hook.beforeExecute === "function" || typeof hook.afterExecute === "function") return undefined;
  const message = `A step hook has beforeExecute, afterExecute or both; the one of ${source} has neither.`;
  return { code: "invalid-step-hook", severity: "error", message };
}

/** High priority first, then the order of registration; each with a name. */
export function orderHooks(hooks: readonly StepExecutionHook[]): ChainedHook[] {
  return hooks
    .map((hook, index) => ({ hook, name: nameOf(hook, index) }))
    .sort((a, b) => (b.hook.priority ?? 0) - (a.hook.priority ?? 0));
}

function nameOf(hook: StepExecutionHook, index: number): string {
  const className: string | undefined = Object.getPrototypeOf(hook)?.constructor?.name;
  return hook.name ?? (className && className !== "Object" ? className : `hook ${index + 1}`);
}
