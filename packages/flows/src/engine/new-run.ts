import type { Flow } from "../definition/flow.ts";
import type { StartedRun } from "../durability/durability.ts";
import type { NewRun, RunTrigger } from "../durability/records.ts";
import { concurrencyOf } from "./concurrency.ts";
import type { StartOptions } from "./engine.ts";
import { readRunInputs } from "./read-run-inputs.ts";

/** What a run is started with, inside this package. */
export interface Request extends StartOptions {
  readonly parent?: NewRun["parent"];
  readonly here?: boolean;
  /** Texts to mask beside those that the flow and the environment name. */
  readonly secrets?: readonly string[];
}

export type StartRun = (flow: Flow, request?: Request) => Promise<StartedRun>;

export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly now: number;
}

/**
 * @throws InputError
 */
export function newRun(flow: Flow, request: Request, { env, now }: Surroundings): NewRun {
  const inputs = readRunInputs(flow, request.inputs ?? {});
  const vars = request.vars ?? {};
  const trigger: RunTrigger = {
    type: "manual",
    id: undefined,
    payload: {},
    event: {},
    eventId: undefined,
    time: now,
    traceparent: undefined,
    ...request.trigger,
  };
  return {
    flow: flow.name,
    definition: { hash: flow.hash, text: flow.text, file: flow.file },
    inputs,
    vars,
    trigger,
    concurrency: concurrencyOf(flow, { inputs, vars, trigger, env }),
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    ...(request.parent === undefined ? {} : { parent: request.parent }),
  };
}
