import type { Json } from "@pawl/flows";

/** What is told of networks, in the one log with what flows tell: when, and what stands in `data`. */
export const networkEventTypes = {
  "network-started": { when: "a process takes messages of it", data: "`revision`, `pods`: those of this process" },
  "network-stopped": { when: "it was stopped, and nothing is open; not when its process was killed" },
  "pod-attempt": { when: "a hook failed and is called again", data: "`number`, `error`, `delayMs`" },
  "pod-ended": {
    when: "a pod has done its part in a message, for good",
    data:
      "`outcome` (`sent`, `done`, `suppressed`, `failed`, `expired`, `rejected`), `durationMs`, `attempt` (0: a tombstone " +
      "was passed on), `traceparent` where the message came in with one, `into`: the message it went on as",
  },
  "network-forgotten": {
    when: "a reader comes back to a network on NATS, where what it had not read yet is no longer kept",
    data: "`batches`: how many messages of the stream are gone; nothing when the stream was made anew",
  },
  "message-dead": { when: "a pod gave up on a message", data: "`letter`: its number, `reason`, `attempts`, `error`" },
} as const satisfies Readonly<Record<string, { readonly when: string; readonly data?: string }>>;

export type NetworkEventType = keyof typeof networkEventTypes;

export interface NetworkEvent {
  /** Where it stands: whoever has it goes on from here. To be handed back as it came. */
  readonly place: string;
  /** The same whoever reads it. Default: the place. */
  readonly id?: string;
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
  /** Where it begins: who goes on from here is told the same again. */
  readonly from: string;
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
