import type { Clock } from "@pawl/hooks/guard";
import type { NewEvent } from "../events/event-log.ts";
import type { Json } from "../json.ts";
import type { GroupWriter } from "../sqlite/index.ts";
import { traceOfRun } from "../trace/run-trace.ts";
import type { RunOutcome, StartedRun } from "./durability.ts";
import type { Claimed, Effects } from "./effects.ts";
import { Lanes } from "./lanes.ts";
import type { NewRun, Owner, RunRecord, StepRecord } from "./records.ts";
import { freshRecord, whereFrom } from "./run-record.ts";
import { hasEnded, type RunState } from "./run-state.ts";
import type { Tables } from "./tables.ts";

export interface Started extends StartedRun {
  /** Begun by the same transaction, for this process to execute. */
  readonly claimed?: RunRecord;
}

/** Whether the run is begun in the transaction that queues it, or kept for this process to begin. */
export interface StartPlace {
  readonly claim: boolean;
  readonly here: boolean;
  readonly reuse?: readonly StepRecord[] | undefined;
  readonly isAlive: (owner: string) => boolean;
}

/**
 * The life of a run, as changes of rows. Each method is called inside a transaction, and may be called again when that
 * had to be repeated: what happens in memory is put into `effects` and done afterwards.
 */
export class Transitions {
  readonly #tables: Tables;
  readonly #self: Owner;
  readonly #owner: string;
  readonly #clock: Clock;
  readonly #storeEvent: (event: NewEvent, time: number) => void;
  readonly #lanes: Lanes;

  constructor(options: {
    tables: Tables;
    writer: GroupWriter;
    owner: Owner;
    clock: Clock;
    storeEvent: (event: NewEvent, time: number) => void;
  }) {
    this.#tables = options.tables;
    this.#self = options.owner;
    this.#owner = options.owner.id;
    this.#clock = options.clock;
    this.#storeEvent = options.storeEvent;
    this.#lanes = new Lanes({ ...options, claim: (state, effects) => this.#claim(state, effects) });
  }

  start(run: NewRun, id: string, place: StartPlace, effects: Effects): Started {
    const { runs } = this.#tables;
    const known = run.idempotencyKey === undefined ? undefined : runs.idByKey(run.flow, run.idempotencyKey);
    if (known !== undefined) return { runId: known, created: false, dropped: false };
    const state = this.#newState(run, id);
    if (run.concurrency.overflow !== "queue" && state.laneLimit > 0) {
      const others = runs.unfinishedInLane(state.flow, state.laneKey);
      const isFull = others.length >= state.laneLimit;
      if (isFull && run.concurrency.overflow === "drop") return { runId: "", created: false, dropped: true };
      if (isFull) this.#makeRoom(others, state.laneLimit, place.isAlive, effects);
    }
    state.admitted = this.#lanes.hasPlace(state);
    if (place.here) state.owner = this.#owner;
    const claimNow = place.claim && state.admitted && !runs.hasReady();
    if (claimNow) this.#begin(state);
    const now = this.#clock.now();
    const traceId = traceOfRun(id, run.trigger);
    runs.insert(run, state, { createdAt: now, traceId });
    for (const [position, record] of (place.reuse ?? []).entries()) {
      this.#tables.steps.save(id, { record, position, child: undefined });
    }
    this.#event(effects, { type: "run-queued", runId: id, flow: run.flow, data: whereFrom(run) });
    if (claimNow) this.#event(effects, { type: "run-started", runId: id, flow: run.flow });
    else if (state.admitted) effects.ready = true;
    const started = { runId: id, created: true, dropped: false };
    if (!claimNow) return started;
    const { status, starts } = state;
    const begun = { id, traceId, status, createdAt: now, startedAt: now, owner: this.#self, starts };
    return { ...started, claimed: freshRecord(run, begun) };
  }

  /** Gives this process runs to execute: the oldest that may be claimed. */
  claim(candidates: readonly RunState[], effects: Effects): Claimed[] {
    return candidates.map((state) => this.#claim(state, effects));
  }

  /** `isTidy`: the run has left no open step and no wait, so that there are no rows to look for. */
  end(id: string, outcome: RunOutcome, effects: Effects, isTidy: boolean): void {
    const { runs, steps, waits } = this.#tables;
    const now = this.#clock.now();
    const outputs = outcome.outputs === null ? null : JSON.stringify(outcome.outputs);
    const error = outcome.error === undefined ? null : JSON.stringify(outcome.error);
    const end = { id, status: outcome.status, outputs, error, endedAt: now };
    const run = runs.end(end);
    if (!isTidy) {
      effects.kill.push(...steps.children(id));
      steps.closeOpen(id, now);
      waits.clear(id);
    }
    effects.ended.push(end);
    const durationMs = now - (run.startedAt ?? now);
    this.#event(effects, { type: "run-ended", runId: id, flow: run.flow, data: endedData(outcome, durationMs) });
    this.#lanes.freed(run, effects);
  }

  /** Every scope of the run waits: it gives its lane's place away. */
  park(state: RunState, effects: Effects): void {
    if (state.status !== "running") return;
    const hadPlace = state.admitted;
    Object.assign(state, { status: "waiting", admitted: false, wakeAt: this.#tables.waits.nextEnd(state.id) });
    this.#tables.runs.save(state);
    this.#event(effects, { type: "run-waiting", runId: state.id, flow: state.flow });
    if (hadPlace) this.#lanes.freed(state, effects);
  }

  /** A waiting run of this process can go on, at once or when its lane has a place. True when at once. */
  wake(state: RunState): boolean {
    if (state.status === "running") return true;
    state.admitted = this.#lanes.hasPlace(state);
    state.status = state.admitted ? "running" : "queued";
    state.wakeAt = null;
    this.#tables.runs.save(state);
    return state.admitted;
  }

  /**
   * Nobody executes this run any more: it goes back to the queue, or goes on waiting without an owner. What its steps
   * left running is ended.
   */
  orphan(state: RunState, effects: Effects): void {
    const { runs, steps, waits } = this.#tables;
    state.owner = null;
    effects.kill.push(...steps.children(state.id));
    if (state.cancelReason !== null) {
      this.cancel(state, state.cancelReason, () => false, effects);
      return;
    }
    if (state.status === "waiting") {
      state.wakeAt = waits.nextEnd(state.id);
      const isDue = waits.hasAwaitedSignal(state.id) || (state.wakeAt !== null && state.wakeAt <= this.#clock.now());
      if (isDue) this.requeue(state, effects);
      else runs.save(state);
      return;
    }
    state.status = "queued";
    runs.save(state);
    if (state.admitted) effects.ready = true;
  }

  /** A waiting run that nobody executes may be claimed. */
  requeue(state: RunState, effects: Effects): void {
    state.admitted = this.#lanes.hasPlace(state);
    Object.assign(state, { status: "queued", wakeAt: null });
    this.#tables.runs.save(state);
    if (state.admitted) effects.ready = true;
  }

  /** Asks for the end of a run and its sub-runs; one that nobody alive executes ends at once. */
  cancel(
    state: RunState,
    reason: string,
    isAlive: (owner: string) => boolean,
    effects: Effects,
  ): "cancelled" | "asked" {
    const { runs, owners } = this.#tables;
    const children = runs.unfinishedChildren(state.id);
    for (const child of children) this.cancel(child, reason, isAlive, effects);
    // The end of a child may have given its parent a place.
    if (children.length > 0) Object.assign(state, runs.state(state.id));
    if (state.starts === 0 || state.owner === null || !isAlive(state.owner)) {
      this.end(state.id, cancelledBy(reason), effects, state.starts === 0);
      return "cancelled";
    }
    state.cancelReason ??= reason;
    runs.save(state);
    if (state.owner === this.#owner) effects.cancel.push({ id: state.id, reason });
    else owners.wish(state.owner, state.id);
    return "asked";
  }

  #newState(run: NewRun, id: string): RunState {
    const { runs } = this.#tables;
    const parent = run.parent && runs.state(run.parent.runId);
    // A flow that calls itself would wait for its own place for ever.
    const isNested = run.parent !== undefined && runs.hasAncestorOfFlow(run.parent.runId, run.flow);
    return {
      id,
      flow: run.flow,
      root: parent?.root ?? id,
      laneKey: run.concurrency.key,
      laneLimit: isNested ? 0 : Math.max(0, run.concurrency.limit),
      status: "queued",
      admitted: false,
      owner: null,
      starts: 0,
      wakeAt: null,
      cancelReason: null,
      outputs: null,
      error: null,
      startedAt: null,
      endedAt: null,
    };
  }

  #claim(state: RunState, effects: Effects): Claimed {
    const isFirst = state.starts === 0;
    const { id: runId, flow, cancelReason } = state;
    this.#begin(state);
    this.#tables.runs.save(state);
    const resumed: NewEvent = { type: "run-resumed", runId, flow, data: { starts: state.starts } };
    this.#event(effects, isFirst ? { type: "run-started", runId, flow } : resumed);
    return { record: this.#tables.runs.record(runId)!, cancelReason };
  }

  #begin(state: RunState): void {
    state.status = "running";
    state.owner = this.#owner;
    state.starts += 1;
    state.startedAt ??= this.#clock.now();
  }

  /** `replace`: what has not begun is dropped, and the oldest of the others are asked to end. */
  #makeRoom(others: readonly RunState[], limit: number, isAlive: (owner: string) => boolean, effects: Effects): void {
    const going = others.filter((each) => each.starts > 0 && each.cancelReason === null);
    const oldest = going.slice(0, Math.max(0, going.length - limit + 1));
    for (const { id } of [...others.filter((each) => each.starts === 0), ...oldest]) {
      // An end before may have given this one a place.
      const state = this.#tables.runs.state(id)!;
      if (!hasEnded(state.status)) this.cancel(state, "A newer run has replaced this one.", isAlive, effects);
    }
  }

  #event(effects: Effects, event: NewEvent): void {
    this.#storeEvent(event, this.#clock.now());
    effects.events.push(event);
  }
}

function cancelledBy(reason: string): RunOutcome {
  return { status: "cancelled", outputs: null, error: { code: "cancelled", message: reason } };
}

function endedData({ status, error }: RunOutcome, durationMs: number): Json {
  return error === undefined
    ? { status, durationMs }
    : { status, durationMs, error: { code: error.code, message: error.message } };
}
