import { type Clock, type GuardOptions, guard, type Logger, type Outcome } from "@pawl/hooks/guard";
import type { PodInput, RunningBody } from "../pod/pod-body.ts";
import { CallPodContext, type PodContextParts } from "../pod/pod-context.ts";
import type { Pod } from "../topology/network.ts";
import { podTypes } from "../topology/pod-type.ts";
import type { LoopWatch } from "../watch/loop-watch.ts";
import type { PodStats } from "./pod-stats.ts";

export interface HookCallerOptions {
  readonly network: string;
  readonly pod: Pod;
  readonly body: RunningBody;
  readonly stats: PodStats;
  readonly watch: LoopWatch | undefined;
  /** Aborted when the network must stop at once. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Which message a call is about. */
export type CallSubject = Omit<PodContextParts, "pod" | "deadline" | "log">;

/** Calls the hook of one pod, always through the guard. */
export class HookCaller {
  readonly #body: RunningBody;
  readonly #stats: PodStats;
  readonly #options: HookCallerOptions;
  readonly #guardOptions: GuardOptions;
  readonly #name: string;

  constructor(options: HookCallerOptions) {
    this.#options = options;
    this.#body = options.body;
    this.#stats = options.stats;
    this.#name = `${options.network}/${options.pod.id}`;
    this.#guardOptions = {
      name: this.#name,
      point: podTypes[options.pod.type].hook,
      timeoutMs: options.pod.hookTimeoutMs === 0 ? undefined : options.pod.hookTimeoutMs,
      signal: options.signal,
      clock: options.clock,
    };
  }

  call(input: PodInput, subject: CallSubject): Outcome<unknown> | Promise<Outcome<unknown>> {
    const { pod, log, clock, watch } = this.#options;
    const start = performance.now();
    this.#stats.inFlight++;
    const outcome = guard((context) => {
      const deadline = clock.now() + pod.hookTimeoutMs;
      const { traceparent } = subject;
      const answer = this.#body.call(
        input,
        new CallPodContext({ ...subject, traceparent, pod: pod.id, deadline, log }, context),
      );
      const heldMs = performance.now() - start;
      if (heldMs > blockingMs) watch?.blockedBy(this.#name, heldMs, this.#stats);
      return answer;
    }, this.#guardOptions);
    if (outcome instanceof Promise) {
      watch?.entered(this.#name, this.#stats);
      return outcome.then((result) => this.#ended(result, start));
    }
    return this.#ended(outcome, start);
  }

  #ended(outcome: Outcome<unknown>, start: number): Outcome<unknown> {
    this.#stats.inFlight--;
    this.#stats.hookEnded(performance.now() - start, outcome.status !== "ok");
    return outcome;
  }
}

/** A call that holds the event loop longer than this is told about. */
const blockingMs = 100;
