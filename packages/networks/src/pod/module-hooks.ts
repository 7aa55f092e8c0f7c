import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { nearest } from "@pawl/hooks/diagnostics";
import type { NetworkCode } from "../topology/codes.ts";
import type { Pod } from "../topology/network.ts";
import { type PodTypeRule, podTypes } from "../topology/pod-type.ts";

/** A hook as its author types it; what it is called with depends on the type of its pod. */
export type HookFunction = (...values: never[]) => unknown;

/** What a pod module offers. */
export interface ModuleHooks {
  /** Nothing: the identity stands in. */
  readonly hook: HookFunction | undefined;
  /** Called once before the first message. */
  readonly onStart: HookFunction | undefined;
  readonly findings: readonly Finding[];
}

export type Finding = Pick<Diagnostic, "severity" | "message"> & { readonly code: NetworkCode };

const allHookNames = new Set(Object.values(podTypes).flatMap((rule) => [rule.hook, rule.snakeHook]));

/** Finds the hook of a pod among the exports of its module, in either spelling. */
export function hooksOf(module: unknown, pod: Pod): ModuleHooks {
  const rule = podTypes[pod.type];
  const names = exportsOf(module);
  const findings: Finding[] = [];
  const report = (code: NetworkCode, message: string, severity: Finding["severity"] = "error") =>
    findings.push({ code, message, severity });
  const given = [rule.hook, rule.snakeHook].filter((name) => names.has(name));
  const [first] = given;
  const hook = first === undefined ? undefined : names.get(first);
  if (given.length === 2 && names.get(rule.hook) !== names.get(rule.snakeHook)) {
    report("hook-conflict", `"${pod.id}" exports ${rule.hook} and ${rule.snakeHook}, which are different functions.`);
  }
  if (first !== undefined && typeof hook !== "function") {
    report("hook-not-function", `${first} of "${pod.id}" is a function; here it is ${kindOf(hook)}.`);
  }
  if (typeof hook === "function" && hook.length > rule.parameters) {
    const message = `${first} of "${pod.id}" asks for ${hook.length} parameters; it is given at most ${rule.parameters}.`;
    report("hook-parameters", message, "warning");
  }
  checkForeign(pod, { rule, names, hasOwn: given.length > 0 }, report);
  const onStart = names.get("onStart") ?? names.get("on_start");
  return {
    hook: typeof hook === "function" ? (hook as HookFunction) : undefined,
    onStart: typeof onStart === "function" ? (onStart as HookFunction) : undefined,
    findings,
  };
}

interface Exports {
  readonly rule: PodTypeRule;
  readonly names: ReadonlyMap<string, unknown>;
  readonly hasOwn: boolean;
}

/** Hooks of another type, and names that are nearly a hook's. A module chosen by name may serve several pods. */
function checkForeign(
  pod: Pod,
  { rule, names, hasOwn }: Exports,
  report: (code: NetworkCode, message: string, severity?: Finding["severity"]) => void,
): void {
  const isShared = pod.body.kind === "module" && pod.body.file !== undefined && hasOwn;
  const foreign = [...names.keys()].find(
    (name) => allHookNames.has(name) && name !== rule.hook && name !== rule.snakeHook,
  );
  if (foreign !== undefined && !isShared) {
    const message = `"${pod.id}" is of type ${pod.type} and exports ${foreign}, which is never called. Did you mean ${rule.hook}?`;
    report("hook-wrong-type", message);
  } else if (!hasOwn) {
    const near = [...names.keys()].find((name) => nearest(name, allHookNames) !== undefined);
    const hint = near === undefined ? "" : ` It exports ${near}. Did you mean ${rule.hook}?`;
    report(
      "hook-missing",
      `The module of "${pod.id}" does not export ${rule.hook}, so messages pass unchanged.${hint}`,
      "warning",
    );
  }
}

/** Named exports, and those of a default export that is an object. */
function exportsOf(module: unknown): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  if (typeof module !== "object" || module === null) return found;
  const fallback: unknown = Reflect.get(module, "default");
  if (typeof fallback === "object" && fallback !== null)
    for (const [name, value] of Object.entries(fallback)) found.set(name, value);
  for (const [name, value] of Object.entries(module)) if (name !== "default") found.set(name, value);
  return found;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
