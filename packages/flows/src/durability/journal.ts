import type { Clock, Logger } from "@pawl/hooks/guard";
import type { NewEvent } from "../events/event-log.ts";
import type { SqliteEventLog } from "../events/sqlite-event-log.ts";
import type { Database, GroupWriter } from "../sqlite/index.ts";
import { type Effects, noEffects } from "./effects.ts";
import type { Owner } from "./records.ts";
import { createTables, type Tables } from "./tables.ts";
import { Transitions } from "./transitions.ts";

/** Carries out in memory what a transaction has made durable. */
export type EffectsHandler = (effects: Effects) => void;

/** Rows, the transactions they change in, and what follows from a change. Shared by all parts of one open store. */
export class Journal {
  readonly database: Database;
  readonly writer: GroupWriter;
  readonly tables: Tables;
  readonly transitions: Transitions;
  readonly events: SqliteEventLog;
  readonly clock: Clock;
  readonly owner: Owner;
  readonly log: Logger;
  readonly #handlers: EffectsHandler[] = [];

  constructor(options: {
    database: Database;
    writer: GroupWriter;
    events: SqliteEventLog;
    clock: Clock;
    owner: Owner;
    log: Logger;
  }) {
    this.database = options.database;
    this.writer = options.writer;
    this.events = options.events;
    this.clock = options.clock;
    this.owner = options.owner;
    this.log = options.log;
    this.tables = createTables(options.database);
    this.transitions = new Transitions({
      tables: this.tables,
      writer: options.writer,
      owner: options.owner,
      clock: options.clock,
      storeEvent: (event, time) => options.events.insert(event, time),
    });
  }

  onEffects(handler: EffectsHandler): void {
    this.#handlers.push(handler);
  }

  /** Resolves with the result of `operation` once it is durable and its effects have been carried out. */
  async transact<T>(operation: (effects: Effects) => T): Promise<T> {
    let effects!: Effects;
    const result = await this.writer.write(() => {
      effects = noEffects();
      return operation(effects);
    });
    for (const event of effects.events) this.events.publish(event, this.clock.now());
    for (const handler of this.#handlers) handler(effects);
    return result;
  }

  /** Stores an event inside the open transaction; its listeners are told with the other effects. */
  event(event: NewEvent, effects: Effects): void {
    this.events.insert(event, this.clock.now());
    effects.events.push(event);
  }
}
