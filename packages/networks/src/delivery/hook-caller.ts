import { type Mask, maskedError } from "@pawl/flows";
import {
  type Clock,
  callTraceparent,
  type GuardContext,
  type GuardedCall,
  type GuardOptions,
  guard,
  hasSpans,
  type Logger,
  type Outcome,
  underTrace,
} from "@pawl/hooks/guard";
import { messageTraceparent } from "../envelope/correlation.ts";
import type { PodInput, RunningBody } from "../pod/pod-body.ts";
import { CallPodContext, type CallSubject, type PodConstants } from "../pod/pod-context.ts";
import type { Pod } from "../topology/network.ts";
import { isOrigin, podTypes } from "../topology/pod-type.ts";
import type { Heartbeat } from "../watch/heartbeat.ts";
import type { LoopWatch } from "../watch/loop-watch.ts";
import type { PodStats } from "./pod-stats.ts";

export interface HookCallerOptions {
  readonly network: string;
  readonly pod: Pod;
  readonly body: RunningBody;
  readonly stats: PodStats;
  readonly watch: LoopWatch | undefined;
  readonly heartbeat: Heartbeat | undefined;
  /** Aborted when the network must stop at once. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hides secrets in the errors of the hook. */
  readonly mask?: Mask | undefined;
}

type GuardResult = Outcome<unknown> | Promise<Outcome<unknown>>;

/** Calls the hook of one pod, always through the guard. */
export class HookCaller {
  readonly #body: RunningBody;
  readonly #stats: PodStats;
  readonly #watch: LoopWatch | undefined;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #number: number;
  readonly #guardOptions: GuardOptions;
  readonly #constants: PodConstants;
  readonly #name: string;
  readonly #mask: Mask | undefined;
  readonly #isOrigin: boolean;
  /** When the synchronous part of the last call ended. */
  #leftAt = 0;

  constructor(options: HookCallerOptions) {
    const { pod, clock, log } = options;
    this.#body = options.body;
    this.#stats = options.stats;
    this.#watch = options.watch;
    this.#heartbeat = options.heartbeat;
    this.#mask = options.mask;
    this.#number = pod.index + 1;
    this.#isOrigin = isOrigin(pod.type);
    this.#name = `${options.network}/${pod.id}`;
    this.#constants = { pod: pod.id, log, timeoutMs: pod.hookTimeoutMs, now: () => clock.now() };
    this.#guardOptions = {
      name: this.#name,
      point: podTypes[pod.type].hook,
      timeoutMs: pod.hookTimeoutMs === 0 ? undefined : pod.hookTimeoutMs,
      signal: options.signal,
      clock,
    };
  }

  /** Whether there is nobody to call, and nobody who wants to see that. */
  get isIdle(): boolean {
    return this.#body.isEmpty === true && !hasSpans();
  }

  call(input: PodInput, subject: CallSubject): GuardResult {
    const start = performance.now();
    this.#stats.inFlight++;
    const enter = (context: GuardContext) => this.#enter(input, subject, context, start);
    const outcome = hasSpans() ? this.#callInTrace(enter, subject) : guard(enter, this.#guardOptions);
    // Reading the clock costs more than most of this: what never waited ended when it left, or was not entered at all.
    if (!(outcome instanceof Promise)) return this.#ended(outcome, subject, Math.max(0, this.#leftAt - start));
    this.#watch?.entered(this.#name, this.#stats);
    return outcome.then((settled) => this.#ended(settled, subject, performance.now() - start));
  }

  /** The first call of a message that came without a trace is the beginning of one. */
  #callInTrace(enter: GuardedCall<unknown>, { traceparent, correlationId }: CallSubject): GuardResult {
    const own = messageTraceparent(correlationId);
    const isFirst = traceparent === undefined && this.#isOrigin;
    const options = isFirst ? { ...this.#guardOptions, traceparent: own } : this.#guardOptions;
    return underTrace(isFirst ? undefined : (traceparent ?? own), () => guard(enter, options));
  }

  /** The synchronous part of a hook is measured here: while it runs, nothing else does. */
  #enter(input: PodInput, subject: CallSubject, guarded: GuardContext, start: number): unknown {
    this.#heartbeat?.running(this.#number);
    const span = callTraceparent();
    if (span !== undefined) subject.span = span;
    try {
      return this.#body.call(input, new CallPodContext(this.#constants, { subject, guard: guarded, startedAt: start }));
    } finally {
      this.#heartbeat?.running(0);
      this.#leftAt = performance.now();
      const heldMs = this.#leftAt - start;
      if (heldMs > blockingMs) this.#watch?.blockedBy(this.#name, heldMs, this.#stats);
    }
  }

  #ended(outcome: Outcome<unknown>, subject: CallSubject, durationMs: number): Outcome<unknown> {
    subject.durationMs = durationMs;
    this.#stats.inFlight--;
    this.#stats.hookEnded(durationMs, outcome.status !== "ok");
    if (outcome.status !== "failed" || !(outcome.error instanceof Error) || this.#mask === undefined) return outcome;
    const { text } = this.#mask;
    return { ...outcome, error: maskedError(outcome.error, text) };
  }
}

/** A call that holds the event loop longer than this is told about. */
const blockingMs = 100;
