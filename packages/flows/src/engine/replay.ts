import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Flow } from "../definition/flow.ts";
import { pathOfRecord, pathsNamed, stepPaths } from "../definition/step-paths.ts";
import type { Durability } from "../durability/durability.ts";
import type { NewRun, RunRecord, StepRecord } from "../durability/records.ts";
import { decodedRun } from "../masking/masked-run.ts";
import { Masker } from "../masking/masker.ts";
import { secretVariables } from "../masking/secret-names.ts";
import { runTraceparent } from "../trace/run-trace.ts";
import { concurrencyOf } from "./concurrency.ts";
import type { Definitions } from "./definitions.ts";
import type { QueuedReplay } from "./engine.ts";
import { ReplayError, RunNotFoundError } from "./errors.ts";

export interface ReplayParts {
  readonly durability: Durability;
  readonly definitions: Definitions;
  readonly env: Readonly<Record<string, string>>;
}

export interface ReplayOptions {
  /** The first step that is executed again. */
  readonly from: string;
  /** Only this process may begin it. */
  readonly here: boolean;
}

/**
 * Queues the new run.
 * @throws RunNotFoundError, ReplayError
 */
export async function startReplay(
  { durability, definitions, env }: ReplayParts,
  runId: string,
  { from, here }: ReplayOptions,
): Promise<QueuedReplay> {
  const earlier = await durability.get(runId);
  if (earlier === undefined) throw new RunNotFoundError(runId);
  const flow = await definitions.of(earlier);
  const reuse = reusedSteps(earlier, flow, { from, steps: await durability.steps(runId) });
  const started = await durability.start(repeatedRun(earlier, flow, { from, env }), { here, reuse });
  return { runId: started.runId, flow: earlier.flow, dropped: started.dropped };
}

/** What a replay is started with: all that the earlier run was, but for its parent. */
function repeatedRun(
  earlier: RunRecord,
  flow: Flow,
  { from, env }: { readonly from: string; readonly env: Readonly<Record<string, string>> },
): NewRun {
  const { definition, inputs, vars } = earlier;
  const trigger = { ...earlier.trigger, traceparent: runTraceparent(earlier), replay: { of: earlier.id, from } };
  // Its lane is found by what the run was given, and not by the references that stand for it in the store.
  const masker = new Masker(secretVariables(env));
  const lane = concurrencyOf(flow, { ...decodedRun(earlier, masker), env });
  const concurrency = { ...lane, key: masker.encode(lane.key) };
  return { flow: earlier.flow, definition, inputs, vars, trigger, concurrency };
}

/**
 * The records of the earlier run that were begun before the step, each with the reason that it is reused.
 * @throws ReplayError when the run goes on, or the step is unknown or was not reached
 */
function reusedSteps(
  earlier: RunRecord,
  flow: Flow,
  { from, steps }: { readonly from: string; readonly steps: readonly StepRecord[] },
): StepRecord[] {
  if (earlier.endedAt === undefined) {
    throw new ReplayError("run-not-ended", `The run ${earlier.id} has not ended: it is ${earlier.status}.`);
  }
  const wanted = recordNamed(from, flow);
  const first = steps.findIndex(({ id }) => isWithin(id, wanted) || isWithin(pathOfRecord(id), wanted));
  if (first < 0) throw new ReplayError("unknown-step", `The run ${earlier.id} did not reach step "${from}".`);
  return steps
    .slice(0, first)
    .filter(isReusable)
    .map((record) => reused(record, earlier.id));
}

function isReusable({ status }: StepRecord): boolean {
  return status === "completed" || status === "skipped" || status === "failed";
}

function reused(record: StepRecord, runId: string): StepRecord {
  const note = `reused from run ${runId}`;
  return { ...record, reason: record.reason === undefined ? note : `${record.reason}; ${note}` };
}

/** A record (`each[1]`), a path (`group.child`), or the id of one step alone, wherever it stands. */
function recordNamed(from: string, flow: Flow): string {
  const paths = stepPaths(flow);
  const path = pathOfRecord(from);
  const meant = pathsNamed(path, paths);
  if (meant.includes(path)) return from;
  if (meant.length === 1 && path === from) return meant[0]!;
  const known = [...paths, ...paths.map((each) => each.slice(each.lastIndexOf(".") + 1))];
  const which = meant.length > 1 ? ` Several steps are called so: ${meant.join(", ")}.` : didYouMean(path, known);
  const message = `The flow "${flow.name}", as this run keeps it, has no step "${from}".${which}`;
  throw new ReplayError("unknown-step", message);
}

function isWithin(id: string, step: string): boolean {
  return id === step || id.startsWith(`${step}.`);
}
