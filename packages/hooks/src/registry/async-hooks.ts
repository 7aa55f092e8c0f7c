import type { HookInput } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import { guard } from "../guard/guard.ts";
import { underTrace } from "../guard/telemetry.ts";
import { type AsyncHookOutput, isAsyncOutput, type SyncHookOutput } from "../output/output.ts";
import type { HookReport } from "../verdict/verdict.ts";
import { type CallOutcome, callHook, detailOf } from "./call.ts";
import type { HookEntry } from "./entry.ts";
import { type UnderstoodOutput, understood } from "./invoke.ts";
import { identityOf } from "./plan.ts";

/** What a hook said after its host had gone on. Decisions come too late to be obeyed; texts do not. */
export interface AsyncHookResult {
  readonly event: HookEvent;
  readonly input: HookInput;
  readonly hook: HookReport;
  readonly additionalContext: readonly string[];
  readonly systemMessages: readonly string[];
}

export type AsyncResultListener = (result: AsyncHookResult) => void;

/** The hooks that are still working while their hosts go on. */
export class AsyncHooks {
  readonly #listener: AsyncResultListener | undefined;
  readonly #monotonic: () => number;
  readonly #open = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(listener: AsyncResultListener | undefined, monotonic: () => number) {
    this.#listener = listener;
    this.#monotonic = monotonic;
  }

  /** Calls a hook whose host does not wait. */
  start(entry: HookEntry, input: HookInput, traceparent?: string): CallOutcome {
    // The timer keeps a hook that never returns from holding the host at its first line.
    const called = new Promise<CallOutcome>((resolve) => {
      const call = () => callHook(entry, input, { ...entry.options, signal: this.#closing.signal });
      setImmediate(() => resolve(underTrace(traceparent, call)));
    });
    this.#track(this.#settle(entry, input, called));
    return { status: "ok", value: { ok: true, output: { async: true }, warnings: [] } };
  }

  /** Waits for the late answer of a hook that said it would have one. */
  follow(entry: HookEntry, input: HookInput, output: AsyncHookOutput): void {
    const outcome = guard(() => output.result!.then((value) => understood(value, entry.event)), {
      name: entry.options.name,
      point: entry.event,
      breaker: entry.options.breaker,
      clock: entry.options.clock,
      timeoutMs: output.asyncTimeout ?? entry.options.timeoutMs,
      signal: this.#closing.signal,
    });
    this.#track(this.#settle(entry, input, Promise.resolve(outcome)));
  }

  /** Resolves when no hook is working any more. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  /** Gives up on those still working, and waits for them to be gone. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException("The registry was closed.", "AbortError"));
    await this.settled();
  }

  async #settle(entry: HookEntry, input: HookInput, called: Promise<CallOutcome>): Promise<void> {
    const started = this.#monotonic();
    const outcome = await called;
    const durationMs = this.#monotonic() - started;
    if (outcome.status === "ok" && isAsyncOutput(outcome.value.output)) {
      if (outcome.value.output.result) this.follow(entry, input, outcome.value.output);
      return;
    }
    this.#tell(resultOf(entry, input, outcome, durationMs));
  }

  #tell(result: AsyncHookResult): void {
    try {
      this.#listener?.(result);
    } catch {
      // A listener watches; it cannot stop what it watches.
    }
  }

  #track(work: Promise<void>): void {
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }
}

function resultOf(entry: HookEntry, input: HookInput, outcome: CallOutcome, durationMs: number): AsyncHookResult {
  const output = outcome.status === "ok" ? ((outcome.value as UnderstoodOutput).output as SyncHookOutput) : undefined;
  const detail = detailOf(outcome);
  const context = output?.hookSpecificOutput?.additionalContext;
  return {
    event: entry.event,
    input,
    hook: {
      ...identityOf(entry),
      status: outcome.status,
      ...(outcome.status === "skipped" ? { reason: outcome.reason } : {}),
      ...(detail === undefined ? {} : { detail }),
      durationMs,
      isBackground: true,
      ...(output === undefined ? {} : { output }),
    },
    additionalContext: context ? [context] : [],
    systemMessages: output?.systemMessage === undefined ? [] : [output.systemMessage],
  };
}
