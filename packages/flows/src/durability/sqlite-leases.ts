import { randomUUID } from "node:crypto";
import { cachedStatements, type Statement } from "../sqlite/index.ts";
import type { Journal } from "./journal.ts";
import { type OwnerLife, ownerTtlMs } from "./owner-life.ts";
import type { Lease, Leases } from "./store.ts";

/** Leases in SQLite: taken over at once from a dead process of this host, after their time from one elsewhere. */
export class SqliteLeases implements Leases {
  readonly #journal: Journal;
  readonly #owners: OwnerLife;
  readonly #sql: (text: string) => Statement;
  readonly #held = new Set<HeldLease>();

  constructor(journal: Journal, owners: OwnerLife) {
    this.#journal = journal;
    this.#owners = owners;
    this.#sql = cachedStatements(journal.database);
    owners.onDeclaredDead(() => {
      for (const lease of this.#held) lease.lose();
    });
  }

  async acquire(name: string, ttlMs: number = ownerTtlMs): Promise<Lease | undefined> {
    const token = randomUUID();
    const isTaken = await this.#journal.transact(() => {
      const holder = this.#sql("SELECT owner, expires_at FROM leases WHERE name = ?").get(name);
      if (holder !== undefined && this.#isHeld(holder)) return false;
      this.#owners.register();
      this.#sql("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)").run(
        name,
        this.#journal.owner.id,
        token,
        this.#journal.clock.now() + ttlMs,
      );
      return true;
    });
    if (!isTaken) return undefined;
    const lease = new HeldLease(this.#journal, this.#sql, { name, token, ttlMs }, () => this.#held.delete(lease));
    this.#held.add(lease);
    return lease;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held].map((lease) => lease.release()));
  }

  #isHeld(holder: Record<string, unknown>): boolean {
    return (
      (holder.expires_at as number) > this.#journal.clock.now() && this.#owners.isAliveById(holder.owner as string)
    );
  }
}

class HeldLease implements Lease {
  readonly #journal: Journal;
  readonly #sql: (text: string) => Statement;
  readonly #terms: { readonly name: string; readonly token: string; readonly ttlMs: number };
  readonly #onOver: () => void;
  readonly #controller = new AbortController();
  #expiresAt: number;
  #stopTimer: () => void = () => {};
  #isOver = false;

  constructor(
    journal: Journal,
    sql: (text: string) => Statement,
    terms: { name: string; token: string; ttlMs: number },
    onOver: () => void,
  ) {
    this.#journal = journal;
    this.#sql = sql;
    this.#terms = terms;
    this.#onOver = onOver;
    this.#expiresAt = journal.clock.now() + terms.ttlMs;
    this.#renewLater();
  }

  get lost(): AbortSignal {
    return this.#controller.signal;
  }

  lose(): void {
    if (this.#isOver) return;
    this.#end();
    this.#controller.abort(new Error(`The lease ${this.#terms.name} was lost.`));
  }

  async release(): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    await this.#journal.transact(() => {
      this.#sql("DELETE FROM leases WHERE name = ? AND token = ?").run(this.#terms.name, this.#terms.token);
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#onOver();
  }

  /** Three tries within its time; it counts as lost when the last has not become durable before its end. */
  #renewLater(): void {
    if (this.#isOver) return;
    this.#stopTimer = this.#journal.clock.after(this.#terms.ttlMs / 3, () => this.#renew());
  }

  #renew(): void {
    const now = this.#journal.clock.now();
    if (now >= this.#expiresAt) {
      this.lose();
      return;
    }
    const expiresAt = now + this.#terms.ttlMs;
    this.#stopTimer = this.#journal.clock.after(this.#expiresAt - now, () => this.lose());
    this.#journal
      .transact(() => this.#extend(expiresAt))
      .then(
        (isKept) => {
          if (this.#isOver) return;
          if (!isKept) return this.lose();
          this.#stopTimer();
          this.#expiresAt = expiresAt;
          this.#renewLater();
        },
        () => {
          this.#stopTimer();
          this.#renewLater();
        },
      );
  }

  #extend(expiresAt: number): boolean {
    const { name, token } = this.#terms;
    const renew = this.#sql("UPDATE leases SET expires_at = ? WHERE name = ? AND token = ?");
    return Number(renew.run(expiresAt, name, token).changes) > 0;
  }
}
