import { formatDuration } from "@pawl/hooks/guard";
import type { GroupStep, ParallelStep } from "../../definition/flow.ts";
import type { StepEnd } from "../../durability/durability.ts";
import type { Failure } from "../../durability/records.ts";
import type { Json } from "../../json.ts";
import { retryDelayMs } from "../attempts/backoff.ts";
import { DeadlinePassed, startDeadline } from "../deadline.ts";
import type { At, Frame, Passage } from "../execution.ts";
import { failure, faultOf } from "../failure.ts";
import { checkInterruption } from "../interruption.ts";
import { recordEnd } from "../records/outright.ts";
import { withStepEnv } from "../scope/step-env.ts";
import { resetChildren, resetVisits, type Settled, type StepEntry } from "../scope/values.ts";
import { childPrefix } from "../visits/record-id.ts";

/** How one try of a container's children came out. */
export interface ContainerEnd {
  readonly output: Json;
  /** The child that failed or was cancelled. */
  readonly stoppedBy: Settled | undefined;
}

type Container = GroupStep | ParallelStep;
type RunChildren = (inner: Frame) => Promise<ContainerEnd | "end">;

/** A step that has steps: its time-out and its tries hold for all of them. Its own record is written when they are through. */
export async function runContainer(at: At<Container>, runChildren: RunChildren): Promise<Passage> {
  const { frame, step, recordId } = at;
  const { clock } = frame.execution.host;
  const startedAt = clock.now();
  let base: Frame;
  try {
    base = withStepEnv(frame, step);
  } catch (error) {
    return recordEnd(frame, step, recordId, endOf({ output: null, error: faultOf(error).failure, status: "failed" }));
  }
  const inner = { ...base, prefix: childPrefix(recordId), path: [...frame.path, step.id], visits: new Map() };
  resetVisits(inner.values.visits, step.steps);
  const attempts = step.retry?.attempts ?? 1;
  for (let number = 1; ; number++) {
    const result = await runOneTry({ ...at, frame: inner }, runChildren);
    if (result === "end") return "end";
    if (result.status !== "failed" || number >= attempts) {
      const attempt = { number, startedAt, endedAt: clock.now(), error: result.error };
      return recordEnd(frame, step, recordId, { ...endOf(result), attempt });
    }
    await clock
      .sleep(retryDelayMs(step.retry!, number, recordId), frame.signal)
      .catch(() => checkInterruption(frame.signal));
  }
}

interface TryResult {
  readonly status: "completed" | "failed" | "cancelled";
  readonly output: Json;
  readonly error: Failure | undefined;
}

async function runOneTry({ frame, step }: At<Container>, runChildren: RunChildren): Promise<TryResult | "end"> {
  const entry = frame.place[step.id] as StepEntry;
  resetChildren(step, entry);
  const deadline = startDeadline(frame.signal, {
    ms: step.timeoutMs,
    clock: frame.execution.host.clock,
    reason: () => new DeadlinePassed("timeout", `Its steps took longer than ${formatDuration(step.timeoutMs!)}.`),
  });
  try {
    const end = await runChildren({ ...frame, place: entry, signal: deadline.signal });
    if (end === "end") return "end";
    return { output: end.output, ...verdict(end.stoppedBy, deadline.signal, frame.signal) };
  } finally {
    deadline.clear();
  }
}

/** A container whose own time was up has failed; one that was ended from outside is cancelled like its children. */
function verdict(
  stoppedBy: Settled | undefined,
  own: AbortSignal,
  outer: AbortSignal,
): { status: TryResult["status"]; error: Failure | undefined } {
  if (stoppedBy === undefined) return { status: "completed", error: undefined };
  if (stoppedBy.status === "cancelled" && own.aborted && !outer.aborted) {
    return { status: "failed", error: failure("timeout", (own.reason as DeadlinePassed).message) };
  }
  const error = stoppedBy.error && {
    code: stoppedBy.error.code,
    message: `${stoppedBy.at}: ${stoppedBy.error.message}`,
  };
  return { status: stoppedBy.status === "cancelled" ? "cancelled" : "failed", error };
}

function endOf(result: TryResult): StepEnd {
  return { ...result, reason: undefined, hooks: [] };
}
