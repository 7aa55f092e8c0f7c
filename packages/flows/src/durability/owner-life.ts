import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { identify, isAlive } from "@pawl/hooks/process";
import type { Effects } from "./effects.ts";
import type { Journal } from "./journal.ts";
import type { StoredOwner } from "./owner-table.ts";
import type { Owner } from "./records.ts";

/** How long an owner on another host is believed to live without a heartbeat. */
export const ownerTtlMs = 30_000;
/** A sleeper without an owner is woken that much before its time, and sleeps the rest where it is executed. */
const earlyMs = 1_500;

/** This process as an owner. */
export function currentOwner(id: string): Owner {
  return { id, host: currentHost(), ...(identify(process.pid) ?? { pid: process.pid, startTime: "" }) };
}

/** Process ids mean something only within one process namespace, so a container is a host of its own. */
function currentHost(): string {
  try {
    return `${hostname()}/${readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")}`;
  } catch {
    return hostname();
  }
}

/** Keeps this owner known to be alive, and finds the runs of those that are not. */
export class OwnerLife {
  readonly #journal: Journal;
  readonly #onDeclaredDead: (() => void)[] = [];
  readonly #isAlone: boolean;
  #stopHeartbeat: (() => void) | undefined;
  #isClosed = false;
  #registeredIn = 0;

  /** @param isAlone nobody else can see the store, so nobody has to be told who lives */
  constructor(journal: Journal, isAlone = false) {
    this.#journal = journal;
    this.#isAlone = isAlone;
  }

  /** Another process has taken over what this owner had: it was silent for too long. */
  onDeclaredDead(listener: () => void): void {
    this.#onDeclaredDead.push(listener);
  }

  /** Inside every transaction that gives this owner something: somebody may have declared it dead meanwhile. */
  register(): void {
    const { transaction } = this.#journal.writer;
    if (this.#isClosed || this.#registeredIn === transaction) return;
    this.#registeredIn = transaction;
    this.#journal.tables.owners.add(this.#journal.owner, this.#expiry());
    if (this.#stopHeartbeat === undefined && !this.#isAlone) this.#nextBeat();
  }

  isDead(owner: StoredOwner): boolean {
    if (owner.id === this.#journal.owner.id) return false;
    if (owner.host === this.#journal.owner.host) return !isAlive(owner);
    return owner.expiresAt < this.#journal.clock.now();
  }

  /** Whether somebody alive has that id. Called inside a transaction. */
  isAliveById(id: string): boolean {
    if (id === this.#journal.owner.id) return true;
    const owner = this.#journal.tables.owners.get(id);
    return owner !== undefined && !this.isDead(owner);
  }

  /** Gives the runs of dead owners, and waiting runs whose time has come, back to the queue. */
  async sweep(): Promise<void> {
    const { owners, runs } = this.#journal.tables;
    const dead = owners.all().filter((owner) => this.isDead(owner));
    const isDue = runs.dueSleepers(this.#journal.clock.now() + earlyMs).length > 0;
    if (dead.length === 0 && !isDue) return;
    await this.#journal.transact((effects) => this.#adopt(dead, effects));
  }

  /** Nobody executes the runs of this owner from now on. Inside a transaction. */
  bury(id: string, effects: Effects): void {
    const { owners, runs } = this.#journal.tables;
    // Read one by one: what becomes of one may give a place to the next.
    for (const run of runs.ownedBy(id)) {
      const state = runs.state(run.id)!;
      if (state.owner === id) this.#journal.transitions.orphan(state, effects);
    }
    owners.remove(id);
  }

  /** The last word of this owner: what it still has goes back to the queue. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#stopHeartbeat === undefined) return;
    this.#stopHeartbeat();
    await this.#journal.transact((effects) => this.bury(this.#journal.owner.id, effects));
  }

  #adopt(dead: readonly StoredOwner[], effects: Effects): void {
    const { owners, runs } = this.#journal.tables;
    for (const owner of dead) {
      const now = owners.get(owner.id);
      if (now !== undefined && now.expiresAt === owner.expiresAt) this.bury(owner.id, effects);
    }
    for (const state of runs.dueSleepers(this.#journal.clock.now() + earlyMs))
      this.#journal.transitions.requeue(state, effects);
  }

  #nextBeat(): void {
    if (this.#isClosed) return;
    this.#stopHeartbeat = this.#journal.clock.after(ownerTtlMs / 3, () => {
      this.#beat().catch(() => this.#nextBeat());
    });
  }

  async #beat(): Promise<void> {
    const { owners } = this.#journal.tables;
    const isKnown = await this.#journal.transact(() => {
      const isKnown = owners.renew(this.#journal.owner.id, this.#expiry());
      if (!isKnown) owners.add(this.#journal.owner, this.#expiry());
      return isKnown;
    });
    if (!isKnown) for (const listener of this.#onDeclaredDead) listener();
    this.#nextBeat();
  }

  #expiry(): number {
    return this.#journal.clock.now() + ownerTtlMs;
  }
}
