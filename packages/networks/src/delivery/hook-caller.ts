import { type Mask, maskedError } from "@pawl/flows";
import {
  type Clock,
  currentTraceparent,
  type GuardContext,
  type GuardOptions,
  guard,
  type Logger,
  type Outcome,
  underTrace,
} from "@pawl/hooks/guard";
import type { PodInput, RunningBody } from "../pod/pod-body.ts";
import { CallPodContext, type CallSubject, type PodConstants } from "../pod/pod-context.ts";
import type { Pod } from "../topology/network.ts";
import { podTypes } from "../topology/pod-type.ts";
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

  constructor(options: HookCallerOptions) {
    const { pod, clock, log } = options;
    this.#body = options.body;
    this.#stats = options.stats;
    this.#watch = options.watch;
    this.#heartbeat = options.heartbeat;
    this.#mask = options.mask;
    this.#number = pod.index + 1;
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

  call(input: PodInput, subject: CallSubject): Outcome<unknown> | Promise<Outcome<unknown>> {
    const start = performance.now();
    this.#stats.inFlight++;
    const outcome = underTrace(subject.traceparent, () =>
      guard((context) => this.#enter(input, subject, context, start), this.#guardOptions),
    );
    if (!(outcome instanceof Promise)) return this.#ended(outcome, start);
    this.#watch?.entered(this.#name, this.#stats);
    return outcome.then((settled) => this.#ended(settled, start));
  }

  /** The synchronous part of a hook is measured here: while it runs, nothing else does. */
  #enter(input: PodInput, subject: CallSubject, guarded: GuardContext, start: number): unknown {
    this.#heartbeat?.running(this.#number);
    const span = currentTraceparent();
    if (span !== undefined) subject.span = span;
    try {
      return this.#body.call(input, new CallPodContext(this.#constants, { subject, guard: guarded, startedAt: start }));
    } finally {
      this.#heartbeat?.running(0);
      const heldMs = performance.now() - start;
      if (heldMs > blockingMs) this.#watch?.blockedBy(this.#name, heldMs, this.#stats);
    }
  }

  #ended(outcome: Outcome<unknown>, start: number): Outcome<unknown> {
    this.#stats.inFlight--;
    this.#stats.hookEnded(performance.now() - start, outcome.status !== "ok");
    if (outcome.status !== "failed" || !(outcome.error instanceof Error) || this.#mask === undefined) return outcome;
    const { text } = this.#mask;
    return { ...outcome, error: maskedError(outcome.error, text) };
  }
}

/** A call that holds the event loop longer than this is told about. */
const blockingMs = 100;
