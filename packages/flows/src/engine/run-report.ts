import { beganAt, type RunRecord, type StepRecord } from "../durability/records.ts";
import type { Json } from "../json.ts";
import { shown } from "../masking/reference.ts";

/** A run and its steps as `--json` and the HTTP API show them. */
export interface RunReport {
  readonly run: {
    readonly id: string;
    readonly flow: string;
    /** The W3C trace it belongs to, for `pawl trace`. */
    readonly traceId: string;
    readonly status: RunRecord["status"];
    readonly error?: { readonly code: string; readonly message: string };
    readonly inputs: Json;
    /** Left out when there are none. */
    readonly vars?: Json;
    readonly outputs: Json;
    readonly replay?: { readonly of: string; readonly from: string };
    /** Nothing before it began. Of a run that has not ended: until `now`. */
    readonly durationMs: number | null;
  };
  readonly steps: readonly StepReport[];
}

export interface StepReport {
  readonly id: string;
  readonly step: string;
  readonly status: StepRecord["status"];
  readonly output: Json;
  readonly error?: { readonly code: string; readonly message: string };
  readonly attempts: number;
  readonly reason?: string;
  readonly durationMs: number | null;
}

export function toRunReport(run: RunRecord, steps: readonly StepRecord[], now: number = Date.now()): RunReport {
  const { id, flow, traceId, status, inputs, vars, outputs, error } = run;
  return {
    run: {
      id,
      flow,
      traceId,
      status,
      ...errorPart(error),
      inputs: shown(inputs ?? {}),
      ...(Object.keys(vars ?? {}).length === 0 ? {} : { vars: shown(vars) }),
      outputs: shown(outputs ?? {}),
      ...(run.trigger?.replay === undefined ? {} : { replay: run.trigger.replay }),
      durationMs: length(run.startedAt, run.endedAt ?? now),
    },
    steps: steps.map((step) => toStepReport(step, now)),
  };
}

function toStepReport(record: StepRecord, now: number): StepReport {
  const { id, step, status, output, error, attempts, reason } = record;
  return {
    id,
    step,
    status,
    output: shown(output),
    ...errorPart(error),
    attempts: attempts.length,
    ...(reason === undefined ? {} : { reason }),
    durationMs: length(beganAt(record), record.endedAt ?? now),
  };
}

function errorPart(error: RunRecord["error"]): Pick<StepReport, "error"> {
  return error === undefined ? {} : { error: { code: error.code, message: error.message } };
}

function length(from: number | undefined, to: number): number | null {
  return from === undefined ? null : Math.max(0, to - from);
}
