import { setTimeout as delay } from "node:timers/promises";
import type { Flow } from "../definition/flow.ts";
import type { RunRecord, StepRecord } from "../durability/records.ts";
import { createMemoryStore } from "../durability/sqlite-store.ts";
import type { Store } from "../durability/store.ts";
import { createEngine } from "../engine/create-engine.ts";
import type { Engine } from "../engine/engine.ts";
import { messageOf } from "../execution/failure.ts";
import { withTime } from "../expression/evaluation-time.ts";
import type { FunctionSet } from "../expression/function-set.ts";
import type { StepExecutionHook, StepInputs } from "../hooks/step-hook.ts";
import type { JsonObject } from "../json.ts";
import { decodedRun } from "../masking/masked-run.ts";
import { Masker } from "../masking/masker.ts";
import type { Secrets } from "../masking/secrets.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { FlowTest } from "./flow-test.ts";
import { judge, type Observed, type TestProblem } from "./judge.ts";
import { MockedNodes } from "./mocked-nodes.ts";
import { People } from "./people.ts";
import { VirtualTime } from "./virtual-time.ts";

export interface TestSurroundings {
  readonly projectDir: string;
  readonly nodes: NodeRegistry;
  /** What plugins add to expressions. */
  readonly functions?: FunctionSet | undefined;
  /** Other flows of the project, for `flow:` steps that are not mocked. */
  readonly findFlow?: (name: string) => Flow | undefined | Promise<Flow | undefined>;
  /** Variables that programs of steps which act for real need beside those of the test: `PATH`, `HOME`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long a test may take in real time. Default: 60 s. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

/** What came of a test: it passed when there are no problems. */
export interface FlowTestResult {
  readonly problems: readonly TestProblem[];
  readonly run: RunRecord | undefined;
  readonly steps: readonly StepRecord[];
  /** Of real time. */
  readonly tookMs: number;
}

const defaultLimitMs = 60_000;

/** Runs the flow of a test in memory, on a clock that waits for nothing, and says what was not as expected. Never throws. */
export async function runFlowTest(test: FlowTest, surroundings: TestSurroundings): Promise<FlowTestResult> {
  const started = performance.now();
  const time = new VirtualTime(test.given.now);
  const nodes = new MockedNodes(surroundings.nodes, test, time);
  const people = new People(test, time);
  const store = createMemoryStore({ clock: time.storeClock });
  const stop = people.answerQuestions(store);
  const tookMs = () => performance.now() - started;
  try {
    const observed = await withTime(time.clock.now, () => observe(test, { surroundings, time, nodes, people, store }));
    const own = [...nodes.faults, ...people.faults].map((message) => ({ message, ...test.expected.at([]) }));
    return { ...observed, problems: [...own, ...judge(test.expected, observed)], tookMs: tookMs() };
  } catch (error) {
    const problem = { message: messageOf(error), line: test.line, column: 1 };
    return { problems: [problem], run: undefined, steps: [], tookMs: tookMs() };
  } finally {
    stop();
    await store.close();
  }
}

interface Parts {
  readonly surroundings: TestSurroundings;
  readonly time: VirtualTime;
  readonly nodes: MockedNodes;
  readonly people: People;
  readonly store: Store;
}

async function observe(test: FlowTest, parts: Parts): Promise<Observed> {
  const { surroundings, store, time, nodes } = parts;
  const inputs = new Map<string, StepInputs>();
  const unsubscribe = store.events.subscribe(() => time.stir());
  const flow = { ...withoutSideEffects(test.flow), steps: nodes.withoutSubFlows(test.flow.steps) };
  const engine = createEngine({
    projectDir: surroundings.projectDir,
    store,
    registry: nodes.registry,
    functions: surroundings.functions,
    hooks: [noteInputs(test.flow, inputs)],
    findFlow: (name) => time.during(async () => found(await surroundings.findFlow?.(name))),
    env: { ...surroundings.env, ...test.given.env },
    envFiles: false,
    secrets: testSecrets(test),
    clock: time.clock,
  });
  try {
    const { run, steps } = await runToTheEnd(test, engine, flow, parts);
    const lines = await store.events.read({ runId: run.id, types: ["log"] });
    return { run, steps, inputs, log: lines.map(({ data }) => String((data as JsonObject).message)) };
  } finally {
    unsubscribe();
  }
}

/** Step hooks of a project act outside the run, and files of variables differ from machine to machine. */
function withoutSideEffects(flow: Flow): Flow {
  return { ...flow, hooks: [], dotenv: [] };
}

function found(flow: Flow | undefined): Flow | undefined {
  return flow && withoutSideEffects(flow);
}

/** No secret of the machine is read. */
function testSecrets({ given }: FlowTest): Secrets {
  const valuesOf = (flow: Pick<Flow, "secrets">) => {
    const names = [...Object.keys(flow.secrets), ...Object.keys(given.secrets)];
    return Object.fromEntries(names.map((name) => [name, given.secrets[name] ?? `secret-${name}`]));
  };
  return {
    read: async (flow) => valuesOf(flow),
    known: async (flow) => Object.values(valuesOf(flow)),
    variables: () => [],
    newest: () => [],
  };
}

function noteInputs({ name }: Flow, inputs: Map<string, StepInputs>): StepExecutionHook {
  return {
    name: "test",
    beforeExecute(context, _step, given) {
      if (context.flowName === name) inputs.set(context.recordId, given);
    },
  };
}

/** The ended run, or one that waits for a person for ever. */
async function runToTheEnd(
  { given }: FlowTest,
  engine: Engine,
  flow: Flow,
  { surroundings, time, people, store }: Parts,
): Promise<Pick<Observed, "run" | "steps">> {
  const stopping = new AbortController();
  const { limitMs = defaultLimitMs, signal } = surroundings;
  const limit = AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal ? [signal] : [])]);
  const late = () => stopping.abort(new Error(`The test took longer than ${limitMs / 1_000} s of real time.`));
  limit.addEventListener("abort", late, { once: true });
  const { inputs, vars, trigger } = given;
  let isOver = false;
  const running = engine.run(flow, {
    inputs,
    vars,
    trigger: { time: given.now, ...trigger },
    signal: stopping.signal,
    untilEnded: true,
  });
  const ended = running.finally(() => {
    isOver = true;
    time.stir();
  });
  ended.catch(() => {});
  try {
    const waiting = await untilStill({ time, people, isOver: () => isOver, store });
    if (waiting) {
      const seen = await look(store, waiting);
      stopping.abort(new Error("The test has ended."));
      const rest = letPass(time, () => isOver);
      await ended;
      await rest;
      return seen;
    }
    const { id } = await ended;
    if (limit.aborted) throw stopping.signal.reason;
    return await look(store, id);
  } finally {
    limit.removeEventListener("abort", late);
  }
}

/** The id of the run when it waits for a person for ever; nothing when it has ended. */
async function untilStill(parts: {
  time: VirtualTime;
  people: People;
  isOver: () => boolean;
  store: Store;
}): Promise<string | undefined> {
  const { time, people, isOver, store } = parts;
  while (await time.pass(isOver)) {
    const isAsked = people.isAsked;
    // Something that is not known here goes on, and tells when it is over: a module that is being loaded.
    await delay(5);
    if (!isAsked) continue;
    const runs = await store.durability.list({ status: ["waiting", "running"] });
    const first = runs.findLast(({ parent }) => parent === undefined);
    if (first && !isOver()) return first.id;
  }
  return undefined;
}

/** Whatever still waits on the clock is let through. */
async function letPass(time: VirtualTime, isOver: () => boolean): Promise<void> {
  while (await time.pass(isOver)) await delay(5);
}

async function look({ durability }: Store, runId: string): Promise<Pick<Observed, "run" | "steps">> {
  const masker = new Masker();
  const run = decodedRun((await durability.get(runId))!, masker);
  const steps = await durability.steps(runId);
  return {
    run: { ...run, outputs: masker.decode(run.outputs) },
    steps: steps.map((step) => ({ ...step, output: masker.decode(step.output) })),
  };
}
