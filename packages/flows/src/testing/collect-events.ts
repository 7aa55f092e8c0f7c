import { type Logger, silentLogger } from "@pawl/hooks/guard";
import { parseFlow } from "../definition/parse-flow.ts";
import type { Engine } from "../engine/engine.ts";
import type { Json, JsonObject } from "../json.ts";
import { Masker } from "../masking/masker.ts";
import { createSecrets } from "../masking/secrets.ts";
import { Delivery } from "../triggers/delivery.ts";
import { InstanceState } from "../triggers/instance-state.ts";
import { prepareTrigger } from "../triggers/prepare-trigger.ts";
import { createTriggerRegistry } from "../triggers/registry.ts";
import { runTrigger } from "../triggers/run-trigger.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import { createTriggerContext } from "../triggers/trigger-context.ts";
import type { TestClock } from "./test-clock.ts";

/** One event as its run got it. */
export interface CollectedEvent {
  readonly payload: Json;
  readonly id: string | undefined;
  /** `trigger.event` in expressions. */
  readonly event: JsonObject;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly runId: string;
  /** The event was known already: `runId` is the run that it started then. */
  readonly duplicate: boolean;
}

export interface CollectOptions {
  /** Called once the trigger has said how it is (`describe`): the moment to cause what it waits for. */
  readonly whenReady?: () => unknown;
  /** Gives up with the events it has by then. */
  readonly signal?: AbortSignal;
  readonly log?: Logger;
  /** Called with the number of events that the trigger could not keep, and its sentence. */
  readonly onDropped?: (count: number, message: string) => void;
}

export interface Collecting extends CollectOptions {
  readonly engine: Engine;
  readonly projectDir: string;
  readonly clock: TestClock;
  readonly env: Readonly<Record<string, string>>;
}

export const harnessFlow = "harness";

/** Runs the trigger as the supervisor would, until `count` events have their runs. */
export async function collectEvents(
  definition: TriggerDefinition,
  input: JsonObject,
  count: number,
  collecting: Collecting,
): Promise<CollectedEvent[]> {
  const { engine, projectDir, clock, env, log = silentLogger } = collecting;
  const flow = await flowOf(definition.name, input);
  const registry = createTriggerRegistry([{ source: "the test", triggers: [definition] }]);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = () => stopping.abort(new Error("The trigger was stopped."));
  collecting.signal?.addEventListener("abort", stop, { once: true });
  const events: CollectedEvent[] = [];
  try {
    const trigger = flow.triggers[0]!;
    const secrets = createSecrets({ projectDir });
    const warn = (message: string) => log.warn(message);
    const masker = new Masker();
    const around = { registry, projectDir, env, secrets, masker, warn, signal };
    const prepared = await prepareTrigger(flow, trigger, around);
    const { id: triggerId, uses } = trigger;
    const onDropped = ({ message }: { readonly message: string }) => log.warn(message);
    const delivery = new Delivery({ engine, clock, flow: () => flow, triggerId, uses, onDropped });
    const state = new InstanceState(() => void collecting.whenReady?.());
    const own = { flowName: flow.name, triggerId, store: engine.store, http: undefined, lifeId: "harness" };
    const dropped = collecting.onDropped ?? ((_count: number, message: string) => log.warn(message));
    const context = createTriggerContext({ ...own, projectDir, clock, log, dropped }, state, signal);
    const running = runTrigger(prepared, context, async (value) => {
      const accepted = await delivery.deliver(value);
      if (events.length === count) return accepted;
      const { trigger: got } = (await engine.store.durability.get(accepted.runId))!;
      const { payload, event, time, eventId: id } = got;
      events.push({ payload, id, event, time, runId: accepted.runId, duplicate: accepted.duplicate });
      if (events.length === count) stop();
      return accepted;
    });
    await running.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  } finally {
    collecting.signal?.removeEventListener("abort", stop);
  }
  return events;
}

async function flowOf(uses: string, input: JsonObject) {
  const steps = [{ id: "keep", uses: "data.set" }];
  const { flow, diagnostics } = await parseFlow(
    JSON.stringify({ name: harnessFlow, trigger: { uses, with: input }, steps }),
  );
  if (!flow) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return flow;
}
