import type { HookFunction, ModuleHooks } from "./module-hooks.ts";
import type { PodInput, RunningBody } from "./pod-body.ts";
import type { PodContext } from "./pod-context.ts";

/** A pod whose hook is a function of this process; without one, what comes in goes out. */
export function functionBody(hooks: Pick<ModuleHooks, "hook" | "onStart">): RunningBody {
  const { hook, onStart } = hooks;
  return {
    isEmpty: hook === undefined,
    call: hook === undefined ? identity : (input, context) => apply(hook, input, context),
    ...(onStart === undefined ? {} : { start: () => onStart() }),
  };
}

/** The argument lists of the seed, with the context as a further one. */
export function apply(hook: HookFunction, input: PodInput, context: PodContext): unknown {
  const call = hook as (...values: unknown[]) => unknown;
  return input.headers === undefined ? call(input.payload, context) : call(input.payload, input.headers, context);
}

/** The stubs that templates ship with. */
export function identity(input: PodInput): unknown {
  return Array.isArray(input.payload) ? { results: input.payload } : input.payload;
}
