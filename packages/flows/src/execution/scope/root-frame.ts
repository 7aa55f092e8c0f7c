import type { Flow } from "../../definition/flow.ts";
import type { RunScope } from "../../durability/durability.ts";
import type { RunRecord } from "../../durability/records.ts";
import { ExpressionError } from "../../expression/expression-error.ts";
import type { Json } from "../../json.ts";
import { decodedRun } from "../../masking/masked-run.ts";
import { maskedScope } from "../../masking/masked-scope.ts";
import { maskedStore } from "../../masking/masked-store.ts";
import type { Masker } from "../../masking/masker.ts";
import { secretVariables } from "../../masking/secret-names.ts";
import type { Execution, Frame, Host } from "../execution.ts";
import { RunFault } from "../failure.ts";
import { environmentOf } from "./environment.ts";
import { plain, resetVisits, stepEntries, type Values } from "./values.ts";

export interface Opening extends Pick<Execution, "runSequence"> {
  readonly host: Host;
  readonly run: RunRecord;
  readonly flow: Flow;
  readonly scope: RunScope;
  readonly signal: AbortSignal;
  /** Learns the secrets of the run. */
  readonly masker: Masker;
}

/**
 * The frame of the flow's own steps, with everything that expressions see at the beginning.
 * @throws RunFault when an `env:` value or a secret cannot be had
 */
export async function openFrame(opening: Opening): Promise<Frame> {
  const { flow, signal, runSequence, masker } = opening;
  const run = decodeRun(opening.run, masker);
  const host = maskedHost(opening.host, masker);
  const scope = maskedScope(opening.scope, masker);
  const env = readEnvironment(host, run, flow);
  for (const secret of secretVariables(env)) masker.add(secret);
  const secrets = await host.secrets.read(flow, { env, signal });
  const steps = stepEntries(flow);
  for (const secret of [...Object.values(secrets), ...(await host.secrets.known(flow, env))]) masker.add(secret);
  const values: Values = {
    steps,
    env: withoutNames(env, host.secrets.variables(flow)),
    vars: run.vars,
    inputs: run.inputs,
    secrets,
    visits: resetVisits(plain(), [...flow.steps, ...flow.finally]),
    trigger: triggerValue(run),
    run: { id: run.id, started_at: isoTime(run.startedAt ?? run.createdAt), starts: run.starts },
    flow: { name: flow.name, description: flow.description ?? null, hash: flow.hash },
    functions: host.functions,
  };
  const execution: Execution = { host, run, flow, hooks: host.hooksFor(flow), secrets, masker, runSequence };
  return { execution, scope, signal, values, prefix: "", path: [], place: steps, visits: new Map() };
}

/** A variable that `secrets:` names is a secret: expressions have it as such, and programs get it from a step's `env:` only. */
function withoutNames(
  env: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  if (names.length === 0) return env;
  const rest = Object.assign(plain<string>(), env);
  for (const name of names) delete rest[name];
  return rest;
}

/** @throws RunFault when what the run was given was sealed with a key that is gone */
function decodeRun(run: RunRecord, masker: Masker): RunRecord {
  try {
    return decodedRun(run, masker);
  } catch {
    throw new RunFault(
      "secret-unavailable",
      "A secret that the run was given cannot be read: the key that sealed it is gone.",
    );
  }
}

/** What the steps of one run are lent: nothing that they write or start holds a secret that can be read. */
function maskedHost(host: Host, masker: Masker): Host {
  return {
    ...host,
    store: maskedStore(host.store, masker),
    async runSubFlow(call) {
      const run = await host.runSubFlow({ ...call, secrets: masker.secrets });
      return { ...run, outputs: masker.decode(run.outputs) };
    },
  };
}

function readEnvironment(host: Host, run: RunRecord, flow: Flow): Readonly<Record<string, string>> {
  const warn = (message: string) => {
    host.store.events.append({ type: "log", runId: run.id, flow: run.flow, data: { level: "warn", message } });
  };
  try {
    return environmentOf(flow, { projectDir: host.projectDir, system: host.env, hasFiles: host.envFiles, warn }, run);
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
