import type { HookEvent } from "../events/names.ts";
import { eventRules } from "../events/rules.ts";
import type { CircuitBreaker } from "../guard/circuit-breaker.ts";
import type { Clock } from "../guard/clock.ts";
import type { GuardOptions } from "../guard/guard-options.ts";
import { compileMatcher, matchesAll } from "../matching/matcher.ts";
import { parseRule, type ToolRule } from "../matching/rule.ts";
import { HookError } from "./hook-error.ts";
import type { HookCallback, HookMatcher } from "./hook-matcher.ts";
import { type Invocation, invocation, mayTakeSignal } from "./invoke.ts";

/** Milliseconds a hook may take that says nothing about it. */
export const defaultTimeoutMs = 60_000;

/** One hook, compiled: what dispatch needs, and nothing to look up. */
export interface HookEntry {
  readonly event: HookEvent;
  readonly label: string;
  readonly matcher: HookMatcher;
  /** Absent for a hook that is listed only. */
  readonly invoke?: Invocation;
  readonly matches: (subject: string | undefined) => boolean;
  /** The sentence for a subject that does not match, up to that subject. */
  readonly noMatch: string;
  readonly rule?: ToolRule;
  /** Why a rule that needs a tool call can never hold. */
  readonly ruleProblem?: string;
  readonly options: GuardOptions;
  readonly priority: number;
  readonly isParallel: boolean;
}

export interface EntryContext {
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly parallel: boolean;
  /** Names of nameless hooks count up from here. */
  readonly position: number;
}

/**
 * Compiles the hooks of one matcher.
 * @throws HookError `invalid-matcher` or `invalid-rule`, naming where it is written
 */
export function compileEntries(event: HookEvent, matcher: HookMatcher, context: EntryContext): HookEntry[] {
  const compiled = compileMatcher(matcher.matcher, event);
  const from = matcher.source ?? matcher.name ?? event;
  if (!compiled.ok) {
    throw new HookError(
      "invalid-matcher",
      `${from}: the matcher "${matcher.matcher}" cannot be used. ${compiled.problem}`,
    );
  }
  const callbacks: readonly (HookCallback | undefined)[] = matcher.unavailable ? [undefined] : matcher.hooks;
  return callbacks.map((callback, index) => ({
    event,
    label: labelOf(event, matcher, callback, context.position + index, index),
    matcher,
    ...(callback ? { invoke: invocation(event, callback) } : {}),
    matches: subjectTest(event, matcher.matcher, compiled.test),
    noMatch: `matcher ${matcher.matcher} does not match ${eventRules[event].matched} `,
    ...ruleOf(event, matcher, from),
    options: guardOptions(event, matcher, callback, context),
    priority: matcher.priority ?? 0,
    isParallel: matcher.parallel ?? context.parallel,
  }));
}

function subjectTest(
  event: HookEvent,
  pattern: string | undefined,
  test: (subject: string) => boolean,
): HookEntry["matches"] {
  if (matchesAll(pattern) || eventRules[event].matched === undefined) return () => true;
  return (subject) => subject !== undefined && test(subject);
}

function ruleOf(event: HookEvent, matcher: HookMatcher, from: string): Pick<HookEntry, "rule" | "ruleProblem"> {
  if (matcher.if === undefined) return {};
  const parsed = parseRule(matcher.if);
  if (!parsed.ok)
    throw new HookError("invalid-rule", `${from}: the rule "${matcher.if}" cannot be used. ${parsed.problem}`);
  if (eventRules[event].tool) return { rule: parsed.rule };
  return { ruleProblem: `an "if" rule is about a tool call, and ${event} has none` };
}

function labelOf(
  event: HookEvent,
  matcher: HookMatcher,
  callback: HookCallback | undefined,
  position: number,
  index: number,
): string {
  if (matcher.name !== undefined) return index === 0 ? matcher.name : `${matcher.name}[${index}]`;
  return callback?.name ? callback.name : `${event}[${position}]`;
}

function guardOptions(
  event: HookEvent,
  matcher: HookMatcher,
  callback: HookCallback | undefined,
  context: EntryContext,
): GuardOptions {
  return {
    name: matcher.name,
    point: event,
    timeoutMs: matcher.timeoutMs ?? defaultTimeoutMs,
    settleMs: matcher.settleMs,
    takesSignal: callback === undefined || mayTakeSignal(callback),
    requires: matcher.requires,
    breaker: context.breaker,
    onFailure: matcher.onFailure,
    clock: context.clock,
    env: context.env,
  };
}

/** Orders by priority; the sort is stable, so the order of registration decides the rest. */
export function byPriority(a: HookEntry, b: HookEntry): number {
  return b.priority - a.priority;
}

/** What an event is matched on, as sentences show it: quoted once, however many hooks it does not concern. */
export class ShownSubject {
  readonly value: string | undefined;
  #text: string | undefined;

  constructor(value: string | undefined) {
    this.value = value;
  }

  get text(): string {
    this.#text ??= JSON.stringify((this.value ?? "").slice(0, 100));
    return this.#text;
  }
}

/** Why the matcher does not hold, or nothing when it does. */
export function mismatch(entry: HookEntry, subject: ShownSubject): string | undefined {
  if (entry.matches(subject.value)) return entry.ruleProblem;
  if (subject.value === undefined) {
    return `the input has no ${eventRules[entry.event].matched}, and the matcher is ${entry.matcher.matcher}`;
  }
  return entry.noMatch + subject.text;
}
