import { type Clock, type GuardOptions, guard, hasSpans, type Outcome, underTrace } from "@pawl/hooks/guard";
import { unsampled } from "@pawl/hooks/trace";
import { type NodeContext, NodeResult } from "../nodes/node.ts";
import { readHookResult } from "./hook-result.ts";
import type { HookedStep, StepExecutionHook, StepInputs } from "./step-hook.ts";

/** A step on its way through the hooks. */
export interface Meeting {
  readonly context: NodeContext;
  readonly step: HookedStep;
  readonly inputs: StepInputs;
  /** Aborts `beforeExecute` and the node; `afterExecute` runs in any case. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Told of every hook in trouble, whatever that means for the step. */
  readonly onTrouble: (hook: string, trouble: string) => void;
}

interface HookReport {
  readonly name: string;
  readonly error?: string;
}

/** What became of the step, and of the hooks it met. */
export interface Met {
  readonly result: NodeResult;
  readonly reports: readonly HookReport[];
  /** The hook whose `beforeExecute` gave the result, so that the node was not run. */
  readonly answeredBy: string | undefined;
}

/** A hook that has its place in the chain. */
export interface ChainedHook {
  readonly name: string;
  readonly hook: StepExecutionHook;
  /** Built-in ones leave steps alone that do not ask for them, and the record does not list them. */
  meets?(step: HookedStep): boolean;
  /** Watches only: the record lists it only when it failed. */
  readonly isSilent?: boolean;
}

const defaultTimeoutMs = 30_000;
const noReports: readonly HookReport[] = [];

interface Passage {
  readonly meeting: Meeting;
  readonly reports: Map<ChainedHook, string | undefined>;
  /** Only when somebody looks: hooks of steps are functions, and ask their context for it. */
  readonly traceparent: string | undefined;
}

type Answer = { result: NodeResult } | { failure: string } | undefined;

/**
 * The onion: `beforeExecute` from the outside in, the node, `afterExecute` from the inside out for each hook whose
 * `beforeExecute` was reached. `chain` is in order, outermost first. `resume` gives the result of a step that a hook
 * suspended.
 */
export async function runThroughHooks(
  chain: readonly ChainedHook[],
  meeting: Meeting,
  node: () => Promise<NodeResult>,
  resume: (suspended: NodeResult) => Promise<NodeResult>,
): Promise<Met> {
  const hooks = chain.filter((hook) => hook.meets?.(meeting.step) !== false);
  if (hooks.length === 0) return { result: await node(), reports: noReports, answeredBy: undefined };
  const traceparent = hasSpans() ? meeting.context.traceparent : undefined;
  const passage: Passage = { meeting, reports: new Map(), traceparent };
  const entered = await enter(hooks, passage);
  if (entered.result?.status === "suspended") {
    const result = await leave(hooks.slice(0, entered.depth), passage, await resume(entered.result));
    return { result, reports: reportsOf(passage), answeredBy: undefined };
  }
  const result = entered.result ?? (await node());
  const left = await leave(hooks.slice(0, entered.depth), passage, result);
  return { result: left, reports: reportsOf(passage), answeredBy: entered.answeredBy };
}

interface Entered {
  /** How many hooks were reached. */
  readonly depth: number;
  readonly result?: NodeResult;
  readonly answeredBy: string | undefined;
}

async function enter(hooks: readonly ChainedHook[], passage: Passage): Promise<Entered> {
  const { context, step, inputs, signal } = passage.meeting;
  for (const [index, chained] of hooks.entries()) {
    passage.reports.set(chained, undefined);
    const { hook } = chained;
    if (!hook.beforeExecute) continue;
    const options = optionsOf(chained, "beforeExecute", passage, signal);
    const outcome = underTrace(placeOf(chained, passage), () =>
      guard(() => hook.beforeExecute!(context, step, inputs), options),
    );
    const answer = read(chained, outcome instanceof Promise ? await outcome : outcome, passage);
    if (answer === undefined) continue;
    if ("result" in answer) return { depth: index + 1, result: answer.result, answeredBy: chained.name };
    return { depth: index + 1, result: failedBy(chained, answer.failure), answeredBy: undefined };
  }
  return { depth: hooks.length, answeredBy: undefined };
}

async function leave(hooks: readonly ChainedHook[], passage: Passage, first: NodeResult): Promise<NodeResult> {
  const { context, step } = passage.meeting;
  let result = first;
  for (const chained of hooks.toReversed()) {
    const { hook } = chained;
    if (!hook.afterExecute) continue;
    const current = result;
    const options = optionsOf(chained, "afterExecute", passage);
    const outcome = underTrace(placeOf(chained, passage), () =>
      guard(() => hook.afterExecute!(context, step, current), options),
    );
    const answer = read(chained, outcome instanceof Promise ? await outcome : outcome, passage);
    if (answer === undefined) continue;
    result = "result" in answer ? answer.result : failedBy(chained, answer.failure);
  }
  return result;
}

/** What only watches is no part of what happened. */
function placeOf({ isSilent }: ChainedHook, { traceparent }: Passage): string | undefined {
  return isSilent && traceparent !== undefined ? unsampled(traceparent) : traceparent;
}

function optionsOf({ name, hook }: ChainedHook, point: string, passage: Passage, signal?: AbortSignal): GuardOptions {
  return { name, point, timeoutMs: hook.timeoutMs ?? defaultTimeoutMs, signal, clock: passage.meeting.clock };
}

/** What a hook said. A hook in trouble is noted, and has no say unless it wants its trouble to fail the step. */
function read(chained: ChainedHook, outcome: Outcome<unknown>, passage: Passage): Answer {
  const result = outcome.status === "ok" ? readHookResult(outcome.value) : undefined;
  if (result instanceof NodeResult) return { result };
  // The step itself was cancelled: the hook is not to blame.
  if (outcome.status === "cancelled") return undefined;
  const trouble = outcome.status === "ok" ? result : troubleOf(outcome);
  if (trouble === undefined) return undefined;
  passage.reports.set(chained, trouble);
  passage.meeting.onTrouble(chained.name, trouble);
  return chained.hook.onError === "fail" ? { failure: trouble } : undefined;
}

function troubleOf(outcome: Exclude<Outcome<unknown>, { status: "ok" | "cancelled" }>): string {
  if (outcome.status === "timeout") return `It gave no answer in ${outcome.timeoutMs} ms.`;
  if (outcome.status === "skipped") return `It was skipped: ${outcome.detail ?? outcome.reason}.`;
  return outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
}

function failedBy(hook: ChainedHook, trouble: string): NodeResult {
  return new NodeResult({
    status: "failed",
    error: { code: "hook-failed", message: `The hook ${hook.name} failed: ${trouble}` },
  });
}

function reportsOf(passage: Passage): HookReport[] {
  return [...passage.reports]
    .filter(([chained, error]) => error !== undefined || !chained.isSilent)
    .map(([{ name }, error]) => (error === undefined ? { name } : { name, error }));
}
