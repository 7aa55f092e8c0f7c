import type { Clock, Logger } from "@pawl/hooks/guard";
import { formatDuration } from "@pawl/hooks/guard";
import type { Flow, FlowTrigger } from "../definition/flow.ts";
import type { Failure } from "../durability/records.ts";
import type { EventType } from "../events/event-types.ts";
import { messageOf } from "../execution/failure.ts";
import type { JsonObject } from "../json.ts";
import { maskOf } from "../masking/mask.ts";
import { Masker } from "../masking/masker.ts";
import { BackOff } from "./back-off.ts";
import type { TriggerCode } from "./codes.ts";
import { Delivery } from "./delivery.ts";
import { InstanceState } from "./instance-state.ts";
import { holdLease } from "./lease.ts";
import { type PreparedTrigger, prepareTrigger, type Surroundings } from "./prepare-trigger.ts";
import { runTrigger } from "./run-trigger.ts";
import type { TriggerStatus } from "./status.ts";
import type { SuperviseOptions } from "./supervise-options.ts";
import { isTriggerError, TriggerError } from "./trigger.ts";
import { type ContextOptions, createTriggerContext } from "./trigger-context.ts";
import { untilStopped } from "./until-stopped.ts";

export interface InstanceOptions extends Pick<SuperviseOptions, "engine" | "http" | "projectDir"> {
  readonly surroundings: Omit<Surroundings, "signal" | "warn" | "masker">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lifeId: string;
}

/** One trigger of one flow, kept alive until it is stopped. */
export class TriggerInstance {
  /** Replaced when the file changes in a way that does not touch the trigger. */
  flow: Flow;
  /** Resolves when it runs, or when it is known why it does not. */
  readonly ready: Promise<void>;
  readonly #trigger: FlowTrigger;
  readonly #options: InstanceOptions;
  readonly #masker = new Masker();
  readonly #state: InstanceState;
  readonly #delivery: Delivery;
  readonly #backOff = new BackOff();
  readonly #stopping = new AbortController();
  readonly #living: Promise<void>;
  readonly #abandoned = new AbortController();

  constructor(flow: Flow, trigger: FlowTrigger, options: InstanceOptions) {
    this.flow = flow;
    this.#trigger = trigger;
    this.#options = { ...options, log: maskOf(this.#masker).logger(options.log) };
    let settled = () => {};
    this.ready = new Promise((resolve) => {
      settled = resolve;
    });
    this.#state = new InstanceState(settled);
    this.#delivery = new Delivery({
      engine: options.engine,
      clock: options.clock,
      flow: () => this.flow,
      triggerId: trigger.id,
      uses: trigger.uses,
      onDropped: (why) => this.#drop(1, why),
    });
    this.#living = this.#live();
  }

  status(): TriggerStatus {
    const { health, description, nextFiringAt, lastError, retryAt, restarts, dropped, lastDropped } = this.#state;
    const { counts, lastFiredAt, lastRunId } = this.#delivery;
    return {
      flow: this.flow.name,
      id: this.#trigger.id,
      uses: this.#trigger.uses,
      health,
      overflow: this.flow.concurrency.overflow,
      description: description === undefined ? undefined : this.#masker.maskText(description),
      nextFiringAt,
      lastFiredAt,
      lastRunId,
      lastError,
      lastDropped,
      retryAt,
      counts: { ...counts, dropped, restarts },
    };
  }

  /** Lets it end by itself; after `graceMs` it is left behind, and what it then still gives is refused. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort(new Error("The trigger was stopped."));
    let cancel = () => {};
    const late = new Promise<"late">((resolve) => {
      cancel = this.#options.clock.after(graceMs, () => resolve("late"));
    });
    const end = await Promise.race([this.#living, late]);
    cancel();
    if (end !== "late") return;
    this.#fail("trigger-stuck", `It did not stop within ${formatDuration(graceMs)} and was left behind.`);
    this.#abandoned.abort();
    await this.#living;
  }

  /** Life after life, until it is stopped or only a change of its flow can help. */
  async #live(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const failed = await this.#liveOnce();
      if (signal.aborted || failed === undefined) continue;
      if (failed.isFinal) {
        this.#state.become("failed");
        return;
      }
      await this.#pause(failed.ranMs, signal);
    }
    this.#state.become("stopped");
    this.#append("trigger-stopped", {});
  }

  /** Nothing when it ended for a reason that is no failure: a stop, a lease that went elsewhere. */
  async #liveOnce(): Promise<{ readonly ranMs: number; readonly isFinal: boolean } | undefined> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    let begun: number | undefined;
    try {
      const prepared = await this.#prepare(signal);
      await this.#underLease(prepared, async (life) => {
        begun = clock.monotonic();
        await this.#run(prepared, life);
      });
      if (signal.aborted) return undefined;
      this.#fail("trigger-ended", "It ended although nobody stopped it.");
    } catch (error) {
      if (signal.aborted && isAbort(error, signal)) return undefined;
      const isFinal = isTriggerError(error);
      this.#fail(isFinal ? error.code : "trigger-failed", messageOf(error));
      return { ranMs: begun === undefined ? 0 : clock.monotonic() - begun, isFinal };
    }
    return { ranMs: begun === undefined ? 0 : clock.monotonic() - begun, isFinal: false };
  }

  #prepare(signal: AbortSignal): Promise<PreparedTrigger> {
    const { surroundings, log } = this.#options;
    const warn = (message: string) => log.warn(message);
    return prepareTrigger(this.flow, this.#trigger, { ...surroundings, masker: this.#masker, signal, warn });
  }

  async #underLease(prepared: PreparedTrigger, run: (life: AbortSignal) => Promise<void>): Promise<void> {
    const { engine, clock } = this.#options;
    const { signal } = this.#stopping;
    if (prepared.definition.instances === "all") return run(signal);
    const name = `trigger:${this.flow.name}/${this.#trigger.id}`;
    const onWait = () => this.#state.become("waiting-for-lease");
    await holdLease({ leases: engine.store.leases, name, clock, signal, onWait }, run);
  }

  async #run(prepared: PreparedTrigger, life: AbortSignal): Promise<void> {
    const { engine, http, projectDir, clock, log, lifeId } = this.#options;
    const abandoned = this.#abandoned.signal;
    const options: ContextOptions = {
      flowName: this.flow.name,
      triggerId: this.#trigger.id,
      store: engine.store,
      projectDir,
      http,
      clock,
      log,
      lifeId,
      dropped: (count, message) => this.#drop(count, { code: "events-lost", message }),
    };
    this.#state.become("running");
    this.#append("trigger-started", {});
    const running = runTrigger(prepared, createTriggerContext(options, this.#state, life), async (value) => {
      if (abandoned.aborted) throw new TriggerError("trigger-stuck", "The trigger was stopped; it can no longer fire.");
      return this.#delivery.deliver(value);
    });
    try {
      // What was left behind gives its lease back.
      await Promise.race([running, untilStopped(abandoned)]);
    } finally {
      await this.#delivery.idle();
    }
  }

  async #pause(ranMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const pauseMs = this.#backOff.next(ranMs);
    this.#state.become("backing-off", { retryAt: clock.now() + pauseMs });
    this.#state.restarts += 1;
    await clock.sleep(pauseMs, signal).catch(() => {});
  }

  #drop(count: number, dropped: Failure): void {
    const { code } = dropped;
    const message = this.#masker.maskText(dropped.message);
    this.#state.dropped += count;
    this.#state.lastDropped = { code, message, at: this.#options.clock.now() };
    this.#append("trigger-dropped", { code, message, ...(count === 1 ? {} : { count }) });
  }

  #fail(code: TriggerCode | (string & {}), reason: string): void {
    const { clock, log } = this.#options;
    const message = this.#masker.maskText(reason);
    this.#state.lastError = { code, message, at: clock.now() };
    this.#append("trigger-failed", { code, message });
    log.error(message, { flow: this.flow.name, trigger: this.#trigger.id, code });
  }

  #append(type: EventType, data: JsonObject): void {
    const { id: trigger, uses } = this.#trigger;
    this.#options.engine.store.events.append({ type, flow: this.flow.name, data: { trigger, uses, ...data } });
  }
}

/** The trigger passed the reason of its own stop on, as `sleep` does. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}
