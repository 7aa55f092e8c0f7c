import type { Flow } from "../definition/flow.ts";
import type { RunOutcome } from "../durability/durability.ts";
import type { NewRun, RunRecord } from "../durability/records.ts";
import type { Json, JsonObject } from "../json.ts";
import { maskedFailure } from "./masked-scope.ts";
import type { Masker } from "./masker.ts";
import { shown } from "./reference.ts";

/** What a run is started with, as the store may keep it. */
export function encodedRun(run: NewRun, flow: Flow, masker: Masker): NewRun {
  for (const [name, input] of Object.entries(flow.inputs)) if (input.secret) masker.addAll(run.inputs[name] ?? null);
  const inputs: Record<string, Json> = {};
  for (const [name, value] of Object.entries(run.inputs)) {
    const isWhole = flow.inputs[name]?.secret === true && value !== null;
    inputs[name] = isWhole ? masker.encodeWhole(value) : masker.encode(value);
  }
  const { trigger, concurrency } = run;
  return {
    ...run,
    inputs,
    vars: masker.encode(run.vars),
    trigger: {
      ...trigger,
      payload: masker.encode(trigger.payload),
      event: masker.encode(trigger.event),
      eventId: trigger.eventId === undefined ? undefined : masker.maskText(trigger.eventId),
    },
    concurrency: { ...concurrency, key: masker.encode(concurrency.key) },
  };
}

/** The run as its steps see it. */
export function decodedRun(run: RunRecord, masker: Masker): RunRecord {
  const { trigger } = run;
  const inputs = masker.decode(run.inputs);
  return {
    ...run,
    inputs,
    vars: masker.decode(run.vars),
    trigger: { ...trigger, payload: masker.decode(trigger.payload), event: masker.decode(trigger.event) },
  };
}

export function encodedOutcome(outcome: RunOutcome, masker: Masker): RunOutcome {
  const { status, outputs, error } = outcome;
  const encoded = { status, outputs: masker.encode(outputs) };
  return error === undefined ? encoded : { ...encoded, error: maskedFailure(error, masker) };
}

/** A run as people see it. */
export function shownRun(run: RunRecord): RunRecord {
  const { trigger } = run;
  return {
    ...run,
    inputs: shown(run.inputs) as JsonObject,
    vars: shown(run.vars) as JsonObject,
    outputs: shown(run.outputs),
    trigger: { ...trigger, payload: shown(trigger.payload), event: shown(trigger.event) as JsonObject },
  };
}
