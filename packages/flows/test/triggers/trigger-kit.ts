import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@pawl/hooks/guard";
import { afterEach, expect, vi } from "vitest";
import {
  createEngine,
  createMemoryStore,
  createTriggerRegistry,
  type Engine,
  type Flow,
  parseFlow,
  type RunRecord,
  type Store,
  type SuperviseOptions,
  superviseTriggers,
  type TriggerDefinition,
  type TriggerStatus,
  type TriggerSupervisor,
} from "../../src/index.ts";

const undo: (() => unknown)[] = [];

/** Undone after the test, last first. */
export function later(action: () => unknown): void {
  undo.push(action);
}

afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});

export function tempDir(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "pawl-triggers-")));
  later(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A flow with these triggers and one step that does nothing. */
export async function flowOf(name: string, triggers: readonly object[], more: object = {}): Promise<Flow> {
  const steps = [{ id: "keep", uses: "data.set", with: { payload: "${{ trigger.payload }}" } }];
  const { flow, diagnostics } = await parseFlow(JSON.stringify({ name, triggers, steps, ...more }));
  expect(diagnostics).toEqual([]);
  return flow!;
}

export function engineOf(store: Store = newStore(), projectDir = tempDir()): Engine {
  return createEngine({ projectDir, store, env: {} });
}

export function newStore(clock?: Clock): Store {
  const store = createMemoryStore(clock ? { clock } : {});
  later(() => store.close());
  return store;
}

/** As `engine`, and counts how many runs were once being queued at the same time: those are one commit. */
export function countingStarts(engine: Engine): { readonly engine: Engine; readonly most: () => number } {
  let open = 0;
  let most = 0;
  const start: Engine["start"] = async (flow, options) => {
    open += 1;
    most = Math.max(most, open);
    try {
      return await engine.start(flow, options);
    } finally {
      open -= 1;
    }
  };
  return { engine: { ...engine, start }, most: () => most };
}

export interface Supervision {
  readonly supervisor: TriggerSupervisor;
  readonly engine: Engine;
  readonly runs: () => Promise<readonly RunRecord[]>;
  readonly status: (index?: number) => TriggerStatus;
}

/** Supervises flows over a memory store until the test ends. */
export async function supervise(
  flows: readonly Flow[],
  options: Partial<Omit<SuperviseOptions, "flows" | "engine">> & {
    readonly engine?: Engine;
    readonly triggers?: readonly TriggerDefinition[];
  } = {},
): Promise<Supervision> {
  const { triggers = [], engine = engineOf(), ...rest } = options;
  const supervisor = superviseTriggers({
    engine,
    flows,
    projectDir: tempDir(),
    registry: createTriggerRegistry([{ source: "the test", triggers }]),
    env: {},
    graceMs: 200,
    ...rest,
  });
  later(() => supervisor.close());
  await supervisor.ready();
  return {
    supervisor,
    engine,
    runs: () => engine.store.durability.list({ limit: 10_000 }),
    status: (index = 0) => supervisor.status()[index]!,
  };
}

/** Waits until the condition holds, looking often. */
export async function until(condition: () => unknown, timeout = 10_000): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBeTruthy(), { timeout, interval: 5 });
}
