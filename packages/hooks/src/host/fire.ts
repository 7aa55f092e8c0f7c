import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInputFor } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import { parseHookInput } from "../events/parse-input.ts";
import type { HookRegistry } from "../registry/registry.ts";
import type { Verdict } from "../verdict/verdict.ts";

export interface FireOptions {
  /** For inputs that name no folder. Default: the current one. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** The W3C trace that the event belongs to. */
  readonly traceparent?: string | undefined;
}

/** A verdict, or what is wrong with the input. */
export type Fired =
  | { readonly ok: true; readonly verdict: Verdict }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Fires an event for a program that is not this one: the input is checked, and findings travel with the verdict. */
export async function fireHook(
  registry: HookRegistry,
  event: HookEvent,
  input: unknown,
  options: FireOptions = {},
): Promise<Fired> {
  const parsed = parseHookInput(event, input, { cwd: options.cwd ?? process.cwd() });
  if (!parsed.input) return { ok: false, diagnostics: parsed.diagnostics };
  const verdict: Verdict = await registry.run(event, parsed.input as unknown as HookInputFor<HookEvent>, {
    signal: options.signal,
    traceparent: options.traceparent,
  });
  const diagnostics = [...parsed.diagnostics, ...verdict.diagnostics];
  return { ok: true, verdict: { ...verdict, diagnostics } };
}
