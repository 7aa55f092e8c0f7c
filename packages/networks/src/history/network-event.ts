import type { Json } from "@pawl/flows";

/** What is told of networks in the one log of what happened; `docs/reference/events.md` has them with those of flows. */
export type NetworkEventType = "network-started" | "network-stopped" | "pod-attempt" | "pod-ended" | "message-dead";

export interface NetworkEvent {
  /** Where it stands: whoever has it goes on from here. To be handed back as it came. */
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly type: NetworkEventType;
  readonly network: string;
  readonly pod?: string;
  /** The correlation id of the message. */
  readonly message?: string;
  readonly data?: Json;
}

export interface NetworkEventFilter {
  readonly network?: string;
  readonly pod?: string;
  /** Only what came after this place. Default: everything that is remembered. */
  readonly after?: string;
  /** The newest instead of the oldest; `after` says nothing then. */
  readonly isLatest?: boolean;
  /** Default: 500. */
  readonly limit?: number;
}

/** In the order in which it became durable. */
export interface NetworkEventPage {
  readonly events: readonly NetworkEvent[];
  /** Everything up to here was looked at, whether it was asked for or not. */
  readonly place: string;
  /** More can be read at once. */
  readonly hasMore: boolean;
}

/** What an engine tells of the networks that it remembers, to any number of readers. */
export interface NetworkEvents {
  read(filter?: NetworkEventFilter): Promise<NetworkEventPage>;
  close(): Promise<void>;
}
