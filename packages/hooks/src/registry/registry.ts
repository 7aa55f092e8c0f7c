import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/nearest.ts";
import type { HookInput, HookInputFor } from "../events/input.ts";
import { type HookEvent, hookEvents, isHookEvent } from "../events/names.ts";
import { type BreakerStatus, CircuitBreaker } from "../guard/circuit-breaker.ts";
import { type Clock, systemClock } from "../guard/clock.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { AsyncHooks, type AsyncResultListener } from "./async-hooks.ts";
import { Dispatch } from "./dispatch.ts";
import { byPriority, compileEntries, type HookEntry } from "./entry.ts";
import { type Explanation, explainEntry } from "./explain.ts";
import { HookError } from "./hook-error.ts";
import type { HookMatcher } from "./hook-matcher.ts";
import { EventPlan } from "./plan.ts";
import { StopCap } from "./stop-cap.ts";

export interface HookRegistryOptions {
  /** Default: one of its own, with its defaults. */
  readonly breaker?: CircuitBreaker;
  readonly clock?: Clock;
  /** Runs the hooks of an event at once unless a matcher says otherwise. Default: one after another. */
  readonly parallel?: boolean;
  /** What requirements are checked against. Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told what hooks say that go on working in the background. */
  readonly onAsyncResult?: AsyncResultListener;
  /** Told every verdict, for records and statistics. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

export interface RunOptions {
  /** Aborting it cancels the hooks. */
  readonly signal?: AbortSignal | undefined;
  /** The W3C trace that the event belongs to; hooks that are programs find it in TRACEPARENT. */
  readonly traceparent?: string | undefined;
}

interface Registration {
  readonly event: HookEvent;
  readonly matcher: HookMatcher;
  readonly entries: readonly HookEntry[];
}

/** Knows the hooks of every event, and runs them. */
export class HookRegistry {
  readonly breaker: CircuitBreaker;
  readonly #clock: Clock;
  readonly #options: HookRegistryOptions;
  readonly #asyncHooks: AsyncHooks;
  readonly #stopCap = new StopCap();
  #registrations: readonly Registration[] = [];
  #plans = new Map<HookEvent, EventPlan>();
  #diagnostics: readonly Diagnostic[] = [];
  #position = 0;
  #running = 0;
  readonly #idle: (() => void)[] = [];

  constructor(options: HookRegistryOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.breaker = options.breaker ?? new CircuitBreaker({ clock: this.#clock });
    this.#asyncHooks = new AsyncHooks(options.onAsyncResult, () => this.#clock.monotonic());
  }

  /**
   * Adds hooks to those the event has already.
   * @returns the undo
   * @throws HookError `unknown-event`, `invalid-matcher`, `invalid-rule`; nothing is registered then
   */
  register<E extends HookEvent>(event: E, matchers: readonly HookMatcher<E>[]): () => void {
    if (!isHookEvent(event)) {
      throw new HookError("unknown-event", `There is no event "${event}".${didYouMean(String(event), hookEvents)}`);
    }
    const added = (matchers as unknown as readonly HookMatcher[]).map((matcher) => this.#compile(event, matcher));
    this.#change([...this.#registrations, ...added]);
    return () => this.#change(this.#registrations.filter((registration) => !added.includes(registration)));
  }

  /** Adds the hooks and diagnostics of another registry behind these. @returns the undo */
  merge(other: HookRegistry): () => void {
    const before = this.#diagnostics;
    const added = other.#registrations.map(({ event, matcher }) => this.#compile(event, matcher));
    this.#diagnostics = [...before, ...other.#diagnostics];
    this.#change([...this.#registrations, ...added]);
    return () => {
      this.#diagnostics = this.#diagnostics.filter((diagnostic) => !other.#diagnostics.includes(diagnostic));
      this.#change(this.#registrations.filter((registration) => !added.includes(registration)));
    };
  }

  hasHooks(event: HookEvent): boolean {
    return this.#registrations.some((registration) => registration.event === event && registration.entries.length > 0);
  }

  /** The matchers of an event, in the order of registration. */
  get(event: HookEvent): readonly HookMatcher[] {
    return this.#registrations.filter((entry) => entry.event === event).map((entry) => entry.matcher);
  }

  /** Takes away every hook of that name. @returns how many matchers went */
  remove(name: string): number {
    const left = this.#registrations.filter((registration) => registration.matcher.name !== name);
    const count = this.#registrations.length - left.length;
    if (count > 0) this.#change(left);
    return count;
  }

  /** Adds findings that every verdict carries, such as a hook file that cannot be read. */
  report(diagnostics: readonly Diagnostic[]): void {
    this.#diagnostics = [...this.#diagnostics, ...diagnostics];
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /**
   * Runs the hooks of an event and combines what they say. Never rejects for a hook's fault.
   * The order is certain: by priority, then registration; one after another, each seeing the input as rewritten so
   * far; the rest is skipped after a block.
   */
  run<E extends HookEvent>(event: E, input: HookInputFor<E>, options: RunOptions = {}): Promise<Verdict<E>> {
    const verdict = this.#dispatch(event, input as unknown as HookInput, options);
    return (verdict instanceof Promise ? verdict : Promise.resolve(verdict)) as unknown as Promise<Verdict<E>>;
  }

  #dispatch(event: HookEvent, input: HookInput, options: RunOptions): Verdict | Promise<Verdict> {
    const named = input.hook_event_name === event ? input : ({ ...input, hook_event_name: event } as HookInput);
    const dispatch = new Dispatch(this.#plan(event).groups(named), named, {
      asyncHooks: this.#asyncHooks,
      diagnostics: this.#diagnostics,
      signal: options.signal,
      traceparent: options.traceparent,
      monotonic: this.#monotonic,
    });
    const verdict = dispatch.run();
    return verdict instanceof Promise ? this.#later(verdict) : this.#finish(verdict);
  }

  async #later(pending: Promise<Verdict>): Promise<Verdict> {
    this.#running++;
    try {
      return this.#finish(await pending);
    } finally {
      this.#running--;
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  readonly #monotonic = (): number => this.#clock.monotonic();

  #finish(verdict: Verdict): Verdict {
    const final = this.#stopCap.apply(verdict);
    try {
      this.#options.onVerdict?.(final);
    } catch {
      // A listener watches; it cannot stop what it watches.
    }
    return final;
  }

  /** For every hook of the event: whether it would run on this input, and why (not). Calls none. */
  explain<E extends HookEvent>(event: E, input: HookInputFor<E>): readonly Explanation[] {
    const named = { ...input, hook_event_name: event } as unknown as HookInput;
    const context = { breaker: this.breaker, clock: this.#clock, env: this.#options.env };
    return this.#plan(event)
      .groups(named)
      .flat()
      .map((hook) => explainEntry(hook, named, context));
  }

  /** The circuit breaker's state for hooks of this name. */
  status(name: string): BreakerStatus {
    return this.breaker.status(name);
  }

  /** Resolves when no event is on its way and no hook is working in the background any more. */
  async settled(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#asyncHooks.settled();
  }

  /** Ends the hooks that are still working in the background. */
  close(): Promise<void> {
    return this.#asyncHooks.close();
  }

  #compile(event: HookEvent, matcher: HookMatcher): Registration {
    const entries = compileEntries(event, matcher, {
      breaker: this.breaker,
      clock: this.#clock,
      env: this.#options.env,
      parallel: this.#options.parallel ?? false,
      position: this.#position,
    });
    this.#position += entries.length;
    return { event, matcher, entries };
  }

  #change(registrations: readonly Registration[]): void {
    this.#registrations = registrations;
    this.#plans = new Map();
  }

  #plan(event: HookEvent): EventPlan {
    let plan = this.#plans.get(event);
    if (!plan) {
      const entries = this.#registrations.filter((entry) => entry.event === event).flatMap((entry) => entry.entries);
      plan = new EventPlan(event, entries.sort(byPriority));
      this.#plans.set(event, plan);
    }
    return plan;
  }
}
