import type { Json } from "../json.ts";
import type { EventType } from "./event-types.ts";

/**
 * The one log of what happened. `show`, `logs`, server-sent events and `trace` read it.
 * Appending never waits: an event rides on the next commit.
 */
export interface EventLog {
  append(event: NewEvent): void;
  /** In order of `seq`, after `after`. */
  read(filter: {
    readonly runId?: string;
    readonly after?: number;
    readonly limit?: number;
    readonly types?: readonly EventType[];
    /** The newest of them instead of the oldest. */
    readonly isLatest?: boolean;
  }): Promise<readonly LoggedEvent[]>;
  /** Calls `listener` with each event appended in this process, at once, before it is durable (`seq` is 0 then). */
  subscribe(listener: (event: NewEvent & { readonly time: number }) => void): () => void;
}

export interface NewEvent {
  readonly type: EventType;
  readonly runId?: string;
  readonly recordId?: string;
  readonly flow?: string;
  /** Defaults to now. */
  readonly time?: number;
  readonly data?: Json;
}

export interface LoggedEvent extends NewEvent {
  /** Rises by at least 1; unique in the store. The id of a server-sent event. */
  readonly seq: number;
  readonly time: number;
}
