import type { Clock } from "@pawl/hooks/guard";
import type { Flow } from "../definition/flow.ts";
import type { StartedRun } from "../durability/durability.ts";
import type { Failure } from "../durability/records.ts";
import type { Engine } from "../engine/engine.ts";
import { InputError } from "../engine/input-error.ts";
import { jsonOf, NotJsonError } from "../execution/json-value.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import type { Json, JsonObject } from "../json.ts";
import { shown } from "../masking/reference.ts";
import { type Accepted, event, isTriggerEvent, TriggerError, type TriggerEvent } from "./trigger.ts";

/** Why an event got no run, and never will: the flow or the payload would have to be another. */
export class EventRefused extends TriggerError {}

export interface DeliveryOptions {
  readonly engine: Pick<Engine, "start" | "store">;
  readonly clock: Clock;
  /** The newest definition: editing the steps of a flow does not touch its triggers. */
  readonly flow: () => Flow;
  readonly triggerId: string;
  readonly uses: string;
  /** Told of an event that gets no run. */
  readonly onDropped: (why: Failure) => void;
}

/** Turns the events of one trigger into runs, and counts them. */
export class Delivery {
  readonly #options: DeliveryOptions;
  #fired = 0;
  #duplicate = 0;
  #lastFiredAt: number | undefined;
  #lastRunId: string | undefined;
  #open = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get counts(): { readonly fired: number; readonly duplicate: number } {
    return { fired: this.#fired, duplicate: this.#duplicate };
  }

  get lastFiredAt(): number | undefined {
    return this.#lastFiredAt;
  }

  get lastRunId(): string | undefined {
    return this.#lastRunId;
  }

  /**
   * Resolves once the run is durably queued.
   * @throws EventRefused when no try will succeed; anything else may be tried again
   */
  async deliver(value: Json | TriggerEvent): Promise<Accepted> {
    this.#open += 1;
    try {
      return await this.#deliver(value);
    } finally {
      this.#open -= 1;
      if (this.#open === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  /** Resolves when nothing is on its way into the store. */
  async idle(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async #deliver(value: Json | TriggerEvent): Promise<Accepted> {
    const { engine, uses, triggerId } = this.#options;
    const flow = this.#options.flow();
    const happened = readEvent(value);
    if (happened instanceof EventRefused) return this.#refuse(happened);
    const source = `/flows/${flow.name}/triggers/${triggerId}`;
    try {
      const started = await engine.start(flow, {
        trigger: {
          type: uses,
          id: triggerId,
          payload: happened.payload,
          event: { source, type: uses, ...happened.attributes },
          eventId: happened.id,
          time: happened.time ?? this.#options.clock.now(),
          traceparent: happened.traceparent,
        },
        ...(happened.id === undefined ? {} : { idempotencyKey: `${flow.name}/${triggerId}:${happened.id}` }),
      });
      return this.#accept(flow, started, happened.id);
    } catch (error) {
      if (!(error instanceof InputError || error instanceof ExpressionError)) throw error;
      const message = `The trigger cannot start ${flow.name}: ${error.message}`;
      return this.#refuse(new EventRefused("event-refused", message));
    }
  }

  #accept(flow: Flow, { runId, created, dropped }: StartedRun, eventId: string | undefined): Accepted {
    const { engine, triggerId: trigger, clock } = this.#options;
    const { events, durability } = engine.store;
    if (dropped) {
      const message = `${flow.name} has its limit of runs, and its overflow policy is drop.`;
      this.#options.onDropped({ code: "overflow", message });
    } else if (created) {
      this.#fired += 1;
      this.#lastFiredAt = clock.now();
      this.#lastRunId = runId;
      const data: JsonObject = eventId === undefined ? { trigger } : { trigger, eventId };
      events.append({ type: "trigger-fired", runId, flow: flow.name, data });
    } else this.#duplicate += 1;
    return {
      runId,
      duplicate: !created && !dropped,
      dropped,
      async result(signal) {
        const { status, outputs } = await durability.ended(runId, signal);
        return { status, outputs: shown(outputs) };
      },
    };
  }

  #refuse(refused: EventRefused): never {
    const { code, message } = refused;
    this.#options.onDropped({ code, message });
    throw refused;
  }
}

function readEvent(value: Json | TriggerEvent): TriggerEvent | EventRefused {
  const happened = isTriggerEvent(value) ? value : event(value);
  try {
    return {
      ...happened,
      payload: jsonOf(happened.payload),
      attributes: jsonOf(happened.attributes) as JsonObject,
    };
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    return new EventRefused("invalid-payload", `The event cannot be stored: ${error.message}.`);
  }
}
