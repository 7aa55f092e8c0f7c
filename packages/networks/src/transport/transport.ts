import type { Json, Leases } from "@pawl/flows";
import type { Payload } from "../envelope/payload.ts";
import type { Token, TombstoneReason } from "../envelope/token.ts";
import type { HistoryQuery, MessageHistory } from "../history/message-history.ts";
import type { NetworkEventType } from "../history/network-event.ts";
import type { Passage } from "../history/passage.ts";
import type { PodPassage } from "../history/read-passages.ts";
import type { Network } from "../topology/network.ts";
import type { DeadLetters, NewDeadLetter } from "./dead-letter.ts";

/**
 * The seam between pods and what carries tokens from one to the next. Answers: `memory` (tests, loses everything),
 * `sqlite` (one machine, durable) and `nats` (many machines). Its unit is the step, not publish and acknowledge apart: an engine that can make
 * outputs and inputs change together does so, and one that cannot makes the outputs durable first.
 */
export interface Transport {
  readonly kind: string;
  /** What was acknowledged never comes again, because inputs and outputs change in one transaction. */
  readonly isAtomic: boolean;
  /**
   * Prepares queues or tables for a network; calling it again changes nothing. Tokens of an older revision go on where
   * their edge still exists, and become dead letters (`stale-edge`) where it does not.
   * @throws LockedError when another living process runs this network
   */
  open(network: Network, options?: OpenOptions): Promise<Line>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Where the process that runs the network can be reached, for the commands of others. */
  readonly url?: string;
}

/** A network on its transport. */
export type Injected = "new" | "duplicate";

export interface Line {
  readonly network: Network;
  /** Longest payload it can carry. Absent: that of any message. */
  readonly maxMessageBytes?: number;
  /** Takes what a hook returned out of its hands: later changes to the object change nothing here. */
  seal(value: object): Payload;
  /**
   * Resolves once the tokens are durable; an engine that has nothing to wait for answers at once. `duplicate`: their ids, or the receipt's key, were known, and nothing was sent.
   * @throws FullError, UnavailableError
   */
  inject(tokens: readonly Token[], extra?: InjectOptions): Injected | Promise<Injected>;
  /** Hands the tokens that wait at a pod to `handler`, at most `credit` of them open at once, until closed. */
  consume(pod: number, options: ConsumeOptions, handler: (delivery: Delivery) => void): Consumer;
  /** What waits at a pod, tokens in the hands of its hook included. */
  backlog(pod: number): Backlog;
  /** Brings the backlog up to date, where it is not always so. */
  refresh?(): Promise<void>;
  /** A durable word of a pod about itself (`Step.notes`), unless it has expired. */
  note(pod: number, name: string): string | undefined | Promise<string | undefined>;
  /** How ends tell a gateway in another process. Absent where every pod is in this one. */
  readonly replies?: Replies;
  /** The other processes that run this network. Absent where there can be none. */
  readonly peers?: Peers;
  /** What other processes want to have sent by the origins of this one. Absent where they find it another way. */
  readonly orders?: Orders;
  /** What only one of several processes may do. Absent where there is only one. */
  readonly leases?: Leases;
  receipt(pod: number, key: string): Promise<Receipt | undefined>;
  /** Replaces the answer of a known key. */
  answer(receipt: Receipt): Promise<void>;
  outputs(pod: number, page?: { readonly limit?: number; readonly after?: number }): Promise<Outputs>;
  /** What a sink received for one correlation id, if it still keeps it. */
  outputOf(pod: number, correlationId: string): Promise<string | undefined>;
  /** Tokens of one correlation id that are still on their way. */
  pending(correlationId: string): Promise<number>;
  readonly deadLetters: DeadLetters;
  /**
   * What is remembered of messages, of those that they have become too: for people who ask later. SQLite remembers it with
   * each step; NATS is told shortly after, so that what a process did in its last moment can be missing; memory keeps the
   * newest.
   */
  recall(query: HistoryQuery): Promise<readonly MessageHistory[]>;
  /** What became of a message at the pods it has passed, where that is durable with the step. */
  passages?(correlationId: string): readonly PodPassage[];
  /** Into the log of what happened, with whatever is committed next; where the engine keeps one. */
  remark?(remark: Remark): void;
  /** Who shows this may send as a step of a flow does: it can read what the engine stores. Nothing: nobody. */
  readonly key?: string;
  status(): { readonly isReady: boolean; readonly reason: string | undefined };
  /** Resolves when all that was committed is durable. */
  flush(): Promise<void>;
  /** Stops deliveries. What is open and uncommitted comes again, here or in the next life. */
  close(): Promise<void>;
}

/** Between the ends of a network and those who wait for them, wherever both are. */
export interface Replies {
  /** Where somebody in this process who waits for a correlation id is told. Has no comma. */
  addressOf(correlationId: string): string;
  /** Tells; whether it arrives is not known. */
  tell(address: string, end: EndReply): void;
  /** Calls back for what comes to addresses of this process. */
  listen(heard: (address: string, end: EndReply) => void): void;
}

/** A token that somebody waits for has reached an end. */
export interface EndReply {
  readonly pod: string;
  readonly ending: "done" | TombstoneReason;
  /** JSON. */
  readonly payload: string | undefined;
}

/** Processes that run the same network. What they tell is JSON. */
export interface Peers {
  answer(tell: () => Promise<string>): void;
  /** What all who answer in time have told, this process included. */
  ask(forMs: number): Promise<readonly string[]>;
}

/** Requests to the origins of a network, from processes that do not run it. What they say is JSON. */
export interface Orders {
  answer(pod: string, handle: (order: string) => Promise<string>): void;
}

export interface ConsumeOptions {
  readonly credit: number;
  /** A token that is retried keeps its place: none behind it is delivered meanwhile. Needs a credit of 1. */
  readonly isOrdered?: boolean;
  /** Only one process at a time may have tokens of this pod; the others wait until it ends. */
  readonly isExclusive?: boolean;
  /** Another process has taken over: what is open here comes to that one. */
  readonly onLost?: () => void;
  /** Nobody is called at this pod. An engine may keep a message with the step that brings it, or deliver it all the same. */
  readonly keeps?: Keeps;
}

/** What a pod does that only keeps what comes: a sink without a hook. */
export interface Keeps {
  /** How many of the newest. */
  readonly most: number;
  /** One is kept, durably, and was not delivered. */
  kept(): void;
}

export interface Consumer {
  close(): void;
}

export interface Backlog {
  readonly messages: number;
  readonly bytes: number;
}

/** A token in the hands of its pod. */
export interface Delivery {
  readonly token: Token;
  /** 1 on the first delivery. Counts deliveries that ended with the process only where `begin` was called. */
  readonly attempt: number;
  /** Order of durable arrival at this network, the same after a restart. */
  readonly seq: number;
  /** When it became durable, milliseconds since 1970. */
  readonly arrivedAt: number;
  /** Whether an earlier process may have called the hook with it. */
  readonly isRecovered: boolean;
  /** Makes the coming attempt of a recovered delivery durable, so that a hook that ends its process is found out. */
  begin(done: () => void): void;
  /** Makes the step durable, and forgets the inputs with it (or after it). A failure is told and the delivery comes again. */
  commit(step: Step, done?: StepDone): void;
  /** Gives it back; it comes again after the delay, with the next attempt. */
  retry(delayMs: number): void;
}

/** Something that is told and is no step. */
export interface Remark {
  readonly type: NetworkEventType;
  readonly pod?: string;
  /** A correlation id. */
  readonly message?: string;
  readonly data?: Json;
}

export type StepDone = (error: unknown) => void;

/** Everything that one call of a hook changes, at once. */
export interface Step {
  readonly outputs: readonly Token[];
  /** Further inputs: the other partials of a set. */
  readonly also?: readonly Delivery[];
  readonly dead?: NewDeadLetter;
  /** A sink keeps the payload of its input. */
  readonly record?: { readonly pod: number; readonly keep: number };
  readonly notes?: readonly Note[];
  /** What is remembered of it, where the engine remembers. */
  readonly passage?: Passage;
}

/** What becomes durable together with tokens that enter. */
export interface InjectOptions {
  readonly receipt?: Receipt;
  readonly notes?: readonly Note[];
  readonly passage?: Passage;
}

export interface Note {
  readonly pod: number;
  readonly name: string;
  /** Nothing deletes it. */
  readonly value: string | undefined;
  /** Milliseconds since 1970; after that it may be forgotten. Absent: never. */
  readonly until?: number;
}

/** What was answered to an `Idempotency-Key`. */
export interface Receipt {
  readonly pod: number;
  readonly key: string;
  /** A hash of the request's body, and one of its credentials. */
  readonly body: string;
  readonly credentials: string;
  readonly correlationId: string;
  readonly status: number;
  readonly answer: string;
  readonly until: number;
}

export interface Outputs {
  /** How many the sink has received in all; the newest of them are kept. */
  readonly count: number;
  /** In order of arrival; `number` counts from 1 per sink. */
  readonly results: readonly { readonly number: number; readonly text: string }[];
}

/** The engine has no room: try later. */
export class FullError extends Error {
  readonly code = "busy";
}

/** The engine cannot make anything durable at the moment. */
export class UnavailableError extends Error {
  readonly code = "unavailable";
}

/** Another living process runs this network on the same file. */
export class LockedError extends Error {
  readonly code = "network-locked";
  readonly pid: number;
  /** Where it can be reached, when it listens. */
  readonly url: string | undefined;

  constructor(message: string, owner: { readonly pid: number; readonly url: string | undefined }) {
    super(message);
    this.pid = owner.pid;
    this.url = owner.url;
  }
}
