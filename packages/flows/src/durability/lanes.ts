import { EndOfTransaction } from "../sqlite/end-of-transaction.ts";
import type { GroupWriter } from "../sqlite/index.ts";
import type { Claimed, Effects } from "./effects.ts";
import type { Owner } from "./records.ts";
import type { RunState } from "./run-state.ts";
import type { Tables } from "./tables.ts";

type Lane = Pick<RunState, "flow" | "laneKey">;

/** `effects`: where what follows for the runs that get the place is put. */
interface FreedPlace {
  readonly lane: Lane;
  readonly effects: Effects;
}

interface LaneParts {
  readonly tables: Tables;
  readonly owner: Owner;
  readonly writer: GroupWriter;
  /** Begins a run that nobody has begun, for this process. */
  readonly claim: (state: RunState, effects: Effects) => Claimed;
}

/** Who has a place among the runs of one flow and concurrency key. Everything is called inside a transaction. */
export class Lanes {
  readonly #tables: Tables;
  readonly #owner: string;
  readonly #freed: EndOfTransaction<FreedPlace>;
  readonly #claim: (state: RunState, effects: Effects) => Claimed;

  constructor({ tables, owner, writer, claim }: LaneParts) {
    this.#tables = tables;
    this.#owner = owner.id;
    this.#claim = claim;
    this.#freed = new EndOfTransaction(writer, (places) => this.#promoteAll(places));
  }

  /** Room in the lane, and nobody there who came earlier. A limit of 0 is none. */
  hasPlace(state: RunState): boolean {
    if (state.laneLimit === 0) return true;
    const { runs } = this.#tables;
    const first = runs.firstBlockedId(state.flow, state.laneKey);
    if (first !== undefined && first < state.id) return false;
    return runs.admittedInLane(state.flow, state.laneKey) < state.laneLimit;
  }

  /** A place of this lane is free: at the end of the transaction its oldest runs get it. */
  freed({ flow, laneKey }: Lane, effects: Effects): void {
    this.#freed.add({ lane: { flow, laneKey }, effects });
  }

  /** Each lane once, however many of its places are free. */
  #promoteAll(places: readonly FreedPlace[]): void {
    const done = new Set<string>();
    for (const { lane, effects } of places) {
      const key = JSON.stringify([lane.flow, lane.laneKey]);
      if (!done.has(key)) this.#promote(lane, effects);
      done.add(key);
    }
  }

  #promote({ flow, laneKey }: Lane, effects: Effects): void {
    const { runs } = this.#tables;
    let next = runs.firstBlocked(flow, laneKey);
    if (next === undefined) return;
    // Who has waited longer for this process comes first.
    let free = effects.free > 0 && !runs.hasReady() ? effects.free - effects.claimed.length : 0;
    for (let taken = runs.admittedInLane(flow, laneKey); next !== undefined; taken++) {
      if (next.laneLimit > 0 && taken >= next.laneLimit) return;
      next.admitted = true;
      if (next.owner === null && free-- > 0) effects.claimed.push(this.#claim(next, effects));
      else this.#admit(next, effects);
      next = runs.firstBlocked(flow, laneKey);
    }
  }

  #admit(state: RunState, effects: Effects): void {
    const { runs, owners } = this.#tables;
    const { id, owner } = state;
    // A run with an owner is woken where it is in memory.
    if (owner !== null && state.starts > 0) state.status = "running";
    runs.save(state);
    if (owner === null || owner === this.#owner) effects.ready = true;
    if (owner === this.#owner) effects.goOn.push(id);
    else if (owner !== null) owners.wish(owner, id);
  }
}
