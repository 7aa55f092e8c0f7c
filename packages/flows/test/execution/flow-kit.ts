import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@pawl/hooks/guard";
import { onTestFinished } from "vitest";
import {
  createEngine,
  createMemoryStore,
  type Engine,
  type EngineOptions,
  type Flow,
  openSqliteStore,
  parseFlow,
  type RunRecord,
  type StartOptions,
  type StepRecord,
  type Store,
} from "../../src/index.ts";

export type StoreKind = "memory" | "sqlite";
export const storeKinds: readonly StoreKind[] = ["memory", "sqlite"];

export interface Ran {
  readonly run: RunRecord;
  readonly steps: readonly StepRecord[];
  /** Output by record id. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Status by record id, in the order of the records. */
  readonly statuses: Readonly<Record<string, string>>;
  readonly engine: Engine;
}

export interface KitOptions extends Partial<EngineOptions> {
  readonly kind?: StoreKind;
  readonly start?: StartOptions;
}

/** An empty project folder that is gone after the test. */
export function temporaryProject(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pawl-execution-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store that is closed after the test. The clock of an engine is not its clock, unless it is given here. */
export async function openStore(kind: StoreKind, folder: string, clock?: Clock): Promise<Store> {
  const options = clock === undefined ? {} : { clock };
  const store =
    kind === "memory"
      ? createMemoryStore(options)
      : await openSqliteStore(join(folder, "pawl.db"), { ...options, synchronous: "normal" });
  onTestFinished(() => store.close());
  return store;
}

/** The flow of this text; a mistake in it fails the test. */
export async function flowOf(text: string): Promise<Flow> {
  const { flow, diagnostics } = await parseFlow(text);
  if (!flow) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return flow;
}

export async function createTestEngine(options: KitOptions = {}): Promise<Engine> {
  const projectDir = options.projectDir ?? temporaryProject();
  const store = options.store ?? (await openStore(options.kind ?? "memory", projectDir));
  return createEngine({ env: { PATH: process.env.PATH }, ...options, projectDir, store });
}

/** Runs the flow of this text to its end. */
export async function runFlow(text: string, options: KitOptions = {}): Promise<Ran> {
  const engine = await createTestEngine(options);
  const run = await engine.run(await flowOf(text), options.start);
  return inspect(engine, run);
}

export async function inspect(engine: Engine, run: RunRecord): Promise<Ran> {
  const steps = await engine.store.durability.steps(run.id);
  return {
    run,
    steps,
    engine,
    outputs: Object.fromEntries(steps.map((step) => [step.id, step.output])),
    statuses: Object.fromEntries(steps.map((step) => [step.id, step.status])),
  };
}

/** Steps of one flow with the name `t`, each line indented as `steps:` wants it. */
export function steps(body: string): string {
  return `name: t\nsteps:\n${body}`;
}
