import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { identify, isAlive } from "@pawl/hooks/process";
import type { Journal } from "./journal.ts";
import type { StoredOwner } from "./owner-table.ts";
import type { Owner } from "./records.ts";
import type { Effects } from "./transitions.ts";

/** How long an owner on another host is believed to live without a heartbeat. */
export const ownerTtlMs = 30_000;

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
  #isRegistered = false;
  #stopHeartbeat: (() => void) | undefined;
  #isClosed = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Another process has taken over what this owner had: it was silent for too long. */
  onDeclaredDead(listener: () => void): void {
    this.#onDeclaredDead.push(listener);
  }

  /** Inside the transaction that first gives this owner something to own. */
  register(): void {
    if (this.#isRegistered || this.#isClosed) return;
    this.#journal.tables.owners.add(this.#journal.owner, this.#expiry());
    // The next transaction says it again, should this one fail.
    queueMicrotask(() => this.#startHeartbeat());
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
    const isDue = runs.dueSleepers(this.#journal.clock.now()).length > 0;
    if (dead.length === 0 && !isDue) return;
    await this.#journal.transact((effects) => this.#adopt(dead, effects));
  }

  /** A run that `id` left: nobody executes it from now on. Inside a transaction. */
  bury(owner: StoredOwner, effects: Effects): void {
    for (const state of this.#journal.tables.runs.ownedBy(owner.id)) {
      if (state.cancelReason === null) this.#journal.transitions.orphan(state, effects);
      else this.#journal.transitions.cancel(state, state.cancelReason, false, effects);
    }
    this.#journal.tables.owners.remove(owner.id);
  }

  /** The last word of this owner. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopHeartbeat?.();
    if (this.#isRegistered)
      await this.#journal.transact(() => this.#journal.tables.owners.remove(this.#journal.owner.id));
  }

  #adopt(dead: readonly StoredOwner[], effects: Effects): void {
    const { owners, runs } = this.#journal.tables;
    for (const owner of dead) {
      const now = owners.get(owner.id);
      if (now !== undefined && now.expiresAt === owner.expiresAt) this.bury(owner, effects);
    }
    for (const state of runs.dueSleepers(this.#journal.clock.now())) this.#journal.transitions.requeue(state, effects);
  }

  #startHeartbeat(): void {
    if (this.#isRegistered) return;
    this.#isRegistered = true;
    this.#nextBeat();
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
      if (owners.renew(this.#journal.owner.id, this.#expiry())) return true;
      owners.add(this.#journal.owner, this.#expiry());
      return false;
    });
    if (!isKnown) for (const listener of this.#onDeclaredDead) listener();
    this.#nextBeat();
  }

  #expiry(): number {
    return this.#journal.clock.now() + ownerTtlMs;
  }
}
