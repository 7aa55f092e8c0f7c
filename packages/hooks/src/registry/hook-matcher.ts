import type { HookInputOf } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import type { HookRequirements } from "../guard/eligibility.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";
import type { SkipReason } from "../guard/outcome.ts";
import type { HookOutput } from "../output/output.ts";

type Answer = HookOutput | void;

/**
 * A hook. `signal` is aborted when its time is up or the caller gave up.
 * Returning nothing has no effect; throwing is a failure, which `onFailure` judges.
 */
export type HookCallback<E extends HookEvent = HookEvent> = (
  input: HookInputOf<E>,
  toolUseId: string | undefined,
  signal: AbortSignal,
) => Answer | Promise<Answer>;

/** Gives a function the type of a hook: `hookFn(async (input) => { … })`. */
export function hookFn<E extends HookEvent = HookEvent>(callback: HookCallback<E>): HookCallback<E> {
  return callback;
}

/** Why a hook that is known cannot be called. */
export interface Unavailable {
  readonly status: "failed" | "skipped";
  readonly reason?: SkipReason;
  /** One sentence for the person who wonders. */
  readonly detail: string;
}

/** Hooks that share a filter and a contract. */
export interface HookMatcher<E extends HookEvent = HookEvent> {
  /** Shown in reports; a named hook has a circuit breaker. */
  readonly name?: string;
  /** Nothing, `""`, `"*"`: all. `Bash`, `Edit|Write`: exact names. Anything else: an unanchored regular expression. */
  readonly matcher?: string;
  /** A permission rule on the tool call, `Bash(git *)`, `Edit(src/**)`. */
  readonly if?: string;
  /** Milliseconds each hook may take. Default: 60 000. */
  readonly timeoutMs?: number;
  readonly requires?: HookRequirements;
  /** What it means when a hook crashes, is late, cannot start or talks nonsense. Default: `continue`. */
  readonly onFailure?: FailurePolicy;
  /** High first; then the order of registration. Default: 0. */
  readonly priority?: number;
  /** Neighbours that are all `parallel` run at once. Default: the registry's. */
  readonly parallel?: boolean;
  /** Lets the host go on without waiting; what the hook says arrives through `onAsyncResult`. */
  readonly background?: boolean;
  readonly hooks: readonly HookCallback<E>[];

  /** Milliseconds a hook gets to clear up after its time is up. Default: 0. */
  readonly settleMs?: number;
  /** `FILE` or `FILE:LINE`, for reports. */
  readonly source?: string;
  readonly description?: string;
  /** Of several matching hooks with the same identity only the first runs. */
  readonly identity?: string;
  /** Listed and reported but not called; judged by `onFailure` unless it is disabled. */
  readonly unavailable?: Unavailable;
}

/** A matcher that is put together step by step, and used like the plain object. */
export class HookCallbackMatcher<E extends HookEvent = HookEvent> implements HookMatcher<E> {
  readonly hooks: readonly HookCallback<E>[];
  name?: string;
  matcher?: string;
  if?: string;
  timeoutMs?: number;
  requires?: HookRequirements;
  onFailure?: FailurePolicy;
  priority?: number;
  parallel?: boolean;
  background?: boolean;

  constructor(hooks: readonly HookCallback<E>[]) {
    this.hooks = hooks;
  }

  withName(name: string): this {
    this.name = name;
    return this;
  }

  withMatcher(matcher: string): this {
    this.matcher = matcher;
    return this;
  }

  /** A permission rule on the tool call, as `if` says. */
  withRule(rule: string): this {
    this.if = rule;
    return this;
  }

  /** In seconds. */
  withTimeout(seconds: number): this {
    this.timeoutMs = seconds * 1_000;
    return this;
  }

  withRequires(requires: HookRequirements): this {
    this.requires = requires;
    return this;
  }

  withOnFailure(policy: FailurePolicy): this {
    this.onFailure = policy;
    return this;
  }

  withPriority(priority: number): this {
    this.priority = priority;
    return this;
  }

  withParallel(parallel = true): this {
    this.parallel = parallel;
    return this;
  }

  withBackground(background = true): this {
    this.background = background;
    return this;
  }
}
