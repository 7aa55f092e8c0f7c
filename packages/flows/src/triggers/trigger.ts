import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Durability } from "../durability/durability.ts";
import type { EventLog } from "../events/event-log.ts";
import type { HttpHost } from "../http/mount.ts";
import type { Json, JsonObject } from "../json.ts";
import type { InputSchema } from "../nodes/node.ts";

/** Something that happened. Made by `event()`, or a bare payload. */
export interface TriggerEvent {
  readonly payload: Json;
  /** Two events of one trigger instance with the same id are one. */
  readonly id: string | undefined;
  /** What else is known of it (headers, method, query, key); `trigger.event` in expressions. */
  readonly attributes: JsonObject;
  /** When it happened, milliseconds since 1970. */
  readonly time: number | undefined;
  /** W3C `traceparent` of what caused it. */
  readonly traceparent: string | undefined;
}

/** What the source learns once its event is durable. */
export interface Accepted {
  readonly runId: string;
  /** The event was known already: `runId` is the run that it started then. */
  readonly duplicate: boolean;
  /** The flow's overflow policy said so: no run was queued. */
  readonly dropped: boolean;
  /** Resolves when the run has ended: its status and outputs. */
  result(signal?: AbortSignal): Promise<{ readonly status: string; readonly outputs: Json }>;
}

/** A small durable map of one trigger instance: cursors, last values. */
export interface TriggerState {
  get(key: string): Promise<Json | undefined>;
  /** Durable when it resolves. */
  set(key: string, value: Json): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface TriggerContext {
  readonly flowName: string;
  readonly triggerId: string;
  readonly projectDir: string;
  /** Aborted when the trigger must stop. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  readonly state: TriggerState;
  sleep(ms: number): Promise<void>;
  /** Nothing when no server runs beside the engine. */
  readonly http: HttpHost | undefined;
  /** What happens in this store: runs that end, hooks that fail. */
  readonly events: EventLog;
  readonly runs: Pick<Durability, "get">;
  /** Differs between two lives of the server: an event id made of it happens once in each. */
  readonly lifeId: string;
  /** Says how the trigger is (mounted path, schedule); `nextAt` is its next firing. Shown in `status`. */
  describe(text: string, options?: { readonly nextAt?: number }): void;
  /** Says that so many events could not be kept, and why: they count as dropped, and `status` shows the sentence. */
  dropped(count: number, message: string): void;
}

interface TriggerBase<Input> {
  /** `namespace.event`. */
  readonly name: string;
  readonly description?: string;
  readonly input: InputSchema<Input>;
  /** With several servers on one store: `one` runs it in exactly one (default), `all` in each (webhooks). */
  readonly instances?: "one" | "all";
}

/** The usual form: each `yield` is one run, and `next()` is called only after that run is durable. */
export interface GeneratorTrigger<Input> extends TriggerBase<Input> {
  run(input: Input, context: TriggerContext): AsyncGenerator<Json | TriggerEvent, void, Accepted | undefined>;
}

/**
 * For sources that have many events open at once: `emit` resolves when the run is durable. What is emitted before the event loop
 * goes on is one commit; `emitAll` does so with a batch. Runs until it returns.
 */
export interface EmitterTrigger<Input> extends TriggerBase<Input> {
  listen(input: Input, context: TriggerContext, emit: (event: Json | TriggerEvent) => Promise<Accepted>): Promise<void>;
}

export type TriggerDefinition<Input = unknown> = GeneratorTrigger<Input> | EmitterTrigger<Input>;

/** Declares a trigger with the types of its schema. */
export function trigger<Input>(definition: GeneratorTrigger<Input>): GeneratorTrigger<Input>;
export function trigger<Input>(definition: EmitterTrigger<Input>): EmitterTrigger<Input>;
export function trigger<Input>(definition: TriggerDefinition<Input>): TriggerDefinition<Input> {
  return definition;
}

const eventMark: unique symbol = Symbol.for("pawl.trigger-event");

/** A payload with an id (for deduplication), attributes, a time or a trace. */
export function event(
  payload: Json,
  options: { id?: string; attributes?: JsonObject; time?: number; traceparent?: string } = {},
): TriggerEvent {
  const made = {
    payload,
    id: options.id,
    attributes: options.attributes ?? {},
    time: options.time,
    traceparent: options.traceparent,
  };
  Object.defineProperty(made, eventMark, { value: true });
  return made;
}

export function isTriggerEvent(value: Json | TriggerEvent): value is TriggerEvent {
  return typeof value === "object" && value !== null && eventMark in value;
}

/** Why a trigger cannot work until something is changed: it is not restarted, and `status` shows the message. */
export class TriggerError extends Error {
  override readonly name = "TriggerError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A plugin may carry a copy of the class of its own. */
export function isTriggerError(error: unknown): error is TriggerError {
  return error instanceof TriggerError || (error instanceof Error && error.name === "TriggerError" && "code" in error);
}
