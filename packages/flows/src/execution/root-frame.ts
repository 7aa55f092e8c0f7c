import type { Flow } from "../definition/flow.ts";
import type { RunScope } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import type { Json } from "../json.ts";
import { environmentOf } from "./environment.ts";
import type { Execution, Frame, Host } from "./execution.ts";
import { RunFault } from "./failure.ts";
import { readSecrets } from "./secrets.ts";
import { plain, stepEntries, type Values } from "./values.ts";

export interface Opening extends Pick<Execution, "runSequence"> {
  readonly host: Host;
  readonly run: RunRecord;
  readonly flow: Flow;
  readonly scope: RunScope;
  readonly signal: AbortSignal;
}

/**
 * The frame of the flow's own steps, with everything that expressions see at the beginning.
 * @throws RunFault when an `env:` value or a secret cannot be had
 */
export async function openFrame({ host, run, flow, scope, signal, runSequence }: Opening): Promise<Frame> {
  const env = readEnvironment(host, run, flow);
  const secrets = await readSecrets(flow, { projectDir: host.projectDir, env, signal });
  const steps = stepEntries(flow);
  const values: Values = {
    steps,
    env,
    vars: run.vars,
    inputs: run.inputs,
    secrets,
    visits: plain(),
    trigger: triggerValue(run),
    run: { id: run.id, started_at: isoTime(run.startedAt ?? run.createdAt), starts: run.starts },
    flow: { name: flow.name, description: flow.description ?? null, hash: flow.hash },
  };
  const execution: Execution = { host, run, flow, hooks: host.hooksFor(flow), secrets, runSequence };
  return { execution, scope, signal, values, prefix: "", path: [], place: steps, visits: new Map() };
}

function readEnvironment(host: Host, run: RunRecord, flow: Flow): Readonly<Record<string, string>> {
  const warn = (message: string) => {
    host.store.events.append({ type: "log", runId: run.id, flow: run.flow, data: { level: "warn", message } });
  };
  try {
    return environmentOf(flow, { projectDir: host.projectDir, system: host.env, warn }, run);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new RunFault(error.code, `env: ${error.message}`);
  }
}

function triggerValue({ id, trigger }: RunRecord): Json {
  return {
    type: trigger.type,
    payload: trigger.payload,
    event: trigger.event,
    run_id: id,
    event_id: trigger.eventId ?? null,
    time: isoTime(trigger.time),
  };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
