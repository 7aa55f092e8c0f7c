import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInput } from "../events/input.ts";
import { eventRules } from "../events/rules.ts";
import { blocksOnFailure } from "../guard/failure-policy.ts";
import type { GuardOptions } from "../guard/guard-options.ts";
import { underTrace } from "../guard/telemetry.ts";
import { fitsRule } from "../matching/rule.ts";
import { isAsyncOutput, type SyncHookOutput } from "../output/output.ts";
import type { Mutable } from "../output/problem.ts";
import { Combination, type NamedOutput } from "../verdict/combine.ts";
import type { HookReport, Verdict } from "../verdict/verdict.ts";
import type { AsyncHooks } from "./async-hooks.ts";
import { type CallOutcome, callHook, detailOf } from "./call.ts";
import type { HookEntry } from "./entry.ts";
import { type PlannedGroup, type PlannedHook, skippedReport } from "./plan.ts";

export interface DispatchContext {
  readonly asyncHooks: AsyncHooks;
  /** What is known to be wrong whatever the event. */
  readonly diagnostics: readonly Diagnostic[];
  readonly signal: AbortSignal | undefined;
  readonly traceparent: string | undefined;
  readonly monotonic: () => number;
}

/**
 * One event on its way through its hooks. Goes on without a promise until a hook returns one.
 */
export class Dispatch {
  readonly #groups: readonly PlannedGroup[];
  readonly #context: DispatchContext;
  readonly #combination: Combination;
  readonly #reports: HookReport[] = [];

  constructor(groups: readonly PlannedGroup[], input: HookInput, context: DispatchContext) {
    this.#groups = groups;
    this.#context = context;
    this.#combination = new Combination(input.hook_event_name, input);
  }

  run(): Verdict | Promise<Verdict> {
    for (let index = 0; index < this.#groups.length; index++) {
      const pending = this.#runGroup(this.#groups[index]!);
      if (pending) return this.#runRest(index + 1, pending);
    }
    return this.#verdict();
  }

  async #runRest(from: number, pending: Promise<void>): Promise<Verdict> {
    await pending;
    for (let index = from; index < this.#groups.length; index++) await this.#runGroup(this.#groups[index]!);
    return this.#verdict();
  }

  #verdict(): Verdict {
    return this.#combination.verdict(this.#reports, this.#context.diagnostics);
  }

  #runGroup(group: PlannedGroup): Promise<void> | undefined {
    return "entry" in group ? this.#runOne(group) : this.#runAtOnce(group);
  }

  #runOne(hook: PlannedHook): Promise<void> | undefined {
    const skipped = this.#reasonToSkip(hook);
    if (skipped) {
      this.#reports.push(skipped);
      return undefined;
    }
    const started = this.#context.monotonic();
    const outcome = this.#call(hook.entry);
    if (outcome instanceof Promise) return outcome.then((ended) => this.#applyOne(hook.entry, ended, started));
    this.#applyOne(hook.entry, outcome, started);
    return undefined;
  }

  #applyOne(entry: HookEntry, outcome: CallOutcome, started: number): void {
    const output = this.#record(entry, outcome, this.#context.monotonic() - started);
    if (output) this.#combination.apply({ name: entry.label, output });
    else this.#judgeFailure(entry, outcome);
  }

  async #runAtOnce(group: readonly PlannedHook[]): Promise<void> {
    const running = group.map((hook) => {
      const skipped = this.#reasonToSkip(hook);
      if (skipped) return { hook, skipped };
      const started = this.#context.monotonic();
      const outcome = Promise.resolve(this.#call(hook.entry));
      return { hook, ended: outcome.then((value) => ({ value, durationMs: this.#context.monotonic() - started })) };
    });
    const outputs: NamedOutput[] = [];
    const failed: { entry: HookEntry; outcome: CallOutcome }[] = [];
    for (const { hook, skipped, ended } of running) {
      if (skipped) {
        this.#reports.push(skipped);
        continue;
      }
      const { value: outcome, durationMs } = await ended;
      const output = this.#record(hook.entry, outcome, durationMs);
      if (output) outputs.push({ name: hook.entry.label, output });
      else failed.push({ entry: hook.entry, outcome });
    }
    this.#combination.applyAtOnce(outputs);
    for (const { entry, outcome } of failed) this.#judgeFailure(entry, outcome);
  }

  #reasonToSkip({ entry, skipped }: PlannedHook): HookReport | undefined {
    if (skipped) return skipped;
    if (entry.rule && !fitsRule(entry.rule, this.#combination.input as object)) {
      return skippedReport(entry, "no-match", `the call does not fall under ${entry.matcher.if}`);
    }
    if (this.#combination.isDecided) return skippedReport(entry, "decided", "an earlier hook had decided");
    return undefined;
  }

  #call(entry: HookEntry): CallOutcome | Promise<CallOutcome> {
    const { unavailable } = entry.matcher;
    if (unavailable) {
      return unavailable.status === "skipped"
        ? { status: "skipped", reason: unavailable.reason ?? "disabled", detail: unavailable.detail }
        : { status: "failed", error: unavailable.detail };
    }
    const { signal, traceparent } = this.#context;
    const { input } = this.#combination;
    if (entry.matcher.background) return this.#context.asyncHooks.start(entry, input, traceparent);
    const options: GuardOptions = signal === undefined ? entry.options : { ...entry.options, signal };
    if (traceparent === undefined) return callHook(entry, input, options);
    return underTrace(traceparent, () => callHook(entry, input, options));
  }

  /** Writes the report; returns the output to apply, if there is one. */
  #record(entry: HookEntry, outcome: CallOutcome, durationMs: number): SyncHookOutput | undefined {
    // Fields are added one by one: this is the path of every call, and spreading objects would cost most of it.
    const report: Mutable<HookReport> = { name: entry.label, status: outcome.status, durationMs };
    if (entry.matcher.source !== undefined) report.source = entry.matcher.source;
    this.#reports.push(report);
    if (outcome.status !== "ok") {
      if (outcome.status === "skipped") report.reason = outcome.reason;
      const detail = detailOf(outcome);
      if (detail !== undefined) report.detail = detail;
      return undefined;
    }
    const { output, warnings } = outcome.value;
    if (warnings.length > 0) this.#warn(report, warnings);
    if (!isAsyncOutput(output)) {
      report.output = output;
      return output;
    }
    report.isBackground = true;
    report.output =
      output.asyncTimeout === undefined ? { async: true } : { async: true, asyncTimeout: output.asyncTimeout };
    if (output.result) this.#context.asyncHooks.follow(entry, this.#combination.input, output);
    return {};
  }

  #warn(report: Mutable<HookReport>, warnings: NonNullable<HookReport["warnings"]>): void {
    report.warnings = warnings;
    for (const { code, message } of warnings) {
      const file = report.source === undefined ? {} : { file: report.source };
      this.#combination.warn({ code, severity: "warning", message: `${report.name}: ${message}`, ...file });
    }
  }

  #judgeFailure(entry: HookEntry, outcome: CallOutcome): void {
    // Where a block means "go on", a crashing hook must not keep the agent going for ever.
    if (eventRules[entry.event].block === "go-on" || !blocksOnFailure(outcome, entry.options.onFailure)) return;
    this.#combination.refuse(`${entry.label} gave no answer, and must: ${detailOf(outcome) ?? outcome.status}`);
  }
}
