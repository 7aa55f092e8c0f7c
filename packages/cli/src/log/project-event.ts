import type { EventType, Json, LoggedEvent } from "@pawl/flows";
import type { NetworkEvent, NetworkEventType } from "@pawl/networks";

/** What happened in a project, to a run or to a message: `docs/reference/events.md` has every type. */
export interface ProjectEvent {
  /** The same whoever reads it: `f12` of flows, `n40` of networks, `nscoring~12_0` of a network on NATS. */
  readonly id: string;
  /** Where a reader goes on that has this event and all before it. */
  readonly cursor: string;
  readonly type: EventType | NetworkEventType;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly runId?: string;
  readonly recordId?: string;
  readonly flow?: string;
  readonly network?: string;
  readonly pod?: string;
  /** A correlation id. */
  readonly message?: string;
  readonly data?: Json;
}

export function ofFlows({ seq, ...event }: LoggedEvent, cursor: string): ProjectEvent {
  return { id: `f${seq}`, cursor, ...event };
}

export function ofNetworks({ place, id = place, ...event }: NetworkEvent, cursor: string): ProjectEvent {
  return { id: `n${id}`, cursor, ...event };
}
