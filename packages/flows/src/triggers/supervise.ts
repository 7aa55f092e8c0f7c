import { randomUUID } from "node:crypto";
import { silentLogger, systemClock } from "@pawl/hooks/guard";
import type { Flow, FlowTrigger } from "../definition/flow.ts";
import { definedVariables } from "../execution/scope/environment.ts";
import { createSecrets } from "../masking/secrets.ts";
import { type InstanceOptions, TriggerInstance } from "./instance.ts";
import { createTriggerRegistry, type TriggerRegistry } from "./registry.ts";
import type { RenewedTriggers, SuperviseOptions, TriggerSupervisor } from "./supervise-options.ts";

interface Kept {
  readonly instance: TriggerInstance;
  /** What the trigger is made of: another signature is another trigger. */
  readonly signature: string;
}

const defaultGraceMs = 5_000;

/** Starts the triggers of these flows, and keeps them alive. */
export function superviseTriggers(options: SuperviseOptions): TriggerSupervisor {
  let instanceOptions = instanceOptionsOf(options);
  const graceMs = options.graceMs ?? defaultGraceMs;
  let kept = new Map<string, Kept>();
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();

  async function replace(flows: readonly Flow[], code: RenewedTriggers | undefined): Promise<void> {
    const wanted = triggersOf(flows);
    if (code !== undefined) instanceOptions = withRegistry(instanceOptions, code.registry);
    // What had failed for good is tried again: another file may have been in its way.
    const isSame = (key: string) =>
      wanted.get(key)?.signature === kept.get(key)?.signature &&
      kept.get(key)?.instance.status().health !== "failed" &&
      !code?.renewed.has(wanted.get(key)?.trigger.uses ?? "");
    const gone = [...kept].filter(([key]) => !isSame(key));
    await Promise.all(gone.map(([, { instance }]) => instance.stop(graceMs)));
    const next = new Map<string, Kept>();
    for (const [key, { flow, trigger, signature }] of wanted) {
      const known = isSame(key) ? kept.get(key) : undefined;
      if (known) known.instance.flow = flow;
      next.set(key, known ?? { instance: new TriggerInstance(flow, trigger, instanceOptions), signature });
    }
    kept = next;
  }

  /** One after the other: a file may change again while its triggers are still being replaced. */
  function inTurn(flows: readonly Flow[], code?: RenewedTriggers): Promise<void> {
    turn = turn.then(() => replace(flows, code));
    return turn;
  }

  inTurn(options.flows);
  return {
    async ready() {
      await turn;
      await Promise.all([...kept.values()].map(({ instance }) => instance.ready));
    },
    status: () => [...kept.values()].map(({ instance }) => instance.status()),
    update: (flows, code) => (isClosed ? turn : inTurn(flows, code)),
    close() {
      isClosed = true;
      return inTurn([]);
    },
  };
}

function instanceOptionsOf(options: SuperviseOptions): InstanceOptions {
  const { engine, http, projectDir, registry = createTriggerRegistry() } = options;
  return {
    engine,
    http,
    projectDir,
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLogger,
    lifeId: randomUUID(),
    surroundings: {
      registry,
      projectDir,
      env: definedVariables(options.env ?? process.env),
      secrets: options.secrets ?? createSecrets({ projectDir }),
    },
  };
}

function withRegistry(options: InstanceOptions, registry: TriggerRegistry): InstanceOptions {
  return { ...options, surroundings: { ...options.surroundings, registry } };
}

interface Wanted {
  readonly flow: Flow;
  readonly trigger: FlowTrigger;
  readonly signature: string;
}

function triggersOf(flows: readonly Flow[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const flow of flows) {
    for (const trigger of flow.triggers) {
      const key = `${flow.name}/${trigger.id}`;
      if (!wanted.has(key)) wanted.set(key, { flow, trigger, signature: signatureOf(flow, trigger) });
    }
  }
  return wanted;
}

/** What is written, and where its expressions take their values from. */
function signatureOf(flow: Flow, { uses, with: written }: FlowTrigger): string {
  if (!written.dynamic) return JSON.stringify([uses, written.source]);
  const env = Object.entries(flow.env).map(([name, value]) => [name, value.source]);
  return JSON.stringify([uses, written.source, env, flow.dotenv, flow.secrets]);
}
