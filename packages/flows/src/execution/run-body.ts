import { formatDuration } from "@pawl/hooks/guard";
import type { RunBody, RunOutcome, RunScope } from "../durability/durability.ts";
import type { Failure, RunRecord } from "../durability/records.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import type { Json } from "../json.ts";
import { encodedOutcome } from "../masking/masked-run.ts";
import { Masker } from "../masking/masker.ts";
import { secretVariables } from "../masking/secret-names.ts";
import { type Deadline, DeadlinePassed, startDeadline } from "./deadline.ts";
import type { Course, Frame, Host } from "./execution.ts";
import { faultOf, RunFault } from "./failure.ts";
import { checkInterruption, failureOfAbort } from "./interruption.ts";
import { runSequence } from "./navigator.ts";
import { openFrame } from "./scope/root-frame.ts";
import type { Settled } from "./scope/values.ts";

/** The interpreter: executes a run from its beginning, or over what is recorded of it from where it was cut off. */
export function createRunBody(host: Host): RunBody {
  return async (run, scope) => {
    let deadline: Deadline | undefined;
    const masker = new Masker(secretVariables(host.env));
    try {
      const flow = await host.definitionOf(run);
      deadline = runDeadline(host, run, flow.timeoutMs, scope);
      const frame = await openFrame({ host, run, flow, scope, signal: deadline.signal, runSequence, masker });
      const main = await courseOf(frame, flow.steps);
      return encodedOutcome(await conclude(frame, main), masker);
    } catch (error) {
      return encodedOutcome(outcomeOfError(error, scope), masker);
    } finally {
      deadline?.clear();
    }
  };
}

/** What the steps came to, so that `finally` can run after all of it. */
type Ending = { readonly status: "completed" } | { readonly status: "failed" | "cancelled"; readonly error: Failure };

function runDeadline(host: Host, run: RunRecord, timeoutMs: number | undefined, scope: RunScope): Deadline {
  const begun = run.startedAt ?? host.clock.now();
  return startDeadline(scope.signal, {
    ms: timeoutMs === undefined ? undefined : begun + timeoutMs - host.clock.now(),
    clock: host.clock,
    reason: () => new DeadlinePassed("run-timeout", `The run took longer than ${formatDuration(timeoutMs!)}.`),
  });
}

async function courseOf(frame: Frame, steps: Parameters<typeof runSequence>[1]): Promise<Ending> {
  try {
    return endingOf(await runSequence(frame, steps), frame);
  } catch (error) {
    if (error instanceof RunFault) return { status: "failed", error: error.failure };
    throw error;
  }
}

function endingOf(course: Course, frame: Frame): Ending {
  if (course.kind !== "stopped") return { status: "completed" };
  checkInterruption(frame.signal);
  if (frame.signal.aborted) {
    const error = failureOfAbort(frame.signal.reason);
    return { status: error.code === "cancelled" ? "cancelled" : "failed", error };
  }
  return { status: "failed", error: namedAfterStep(course.by) };
}

function namedAfterStep({ at, error }: Settled): Failure {
  const { code, message } = error ?? { code: "node-failed", message: "It failed without saying why." };
  return { code, message: `Step "${at}" failed: ${message}` };
}

/** `finally` runs whatever came before; then the outputs of a run that completed. */
async function conclude(frame: Frame, main: Ending): Promise<RunOutcome> {
  const ending = await cleanUp(frame, main);
  if (ending.status !== "completed") return { status: ending.status, outputs: {}, error: ending.error };
  return { status: "completed", outputs: outputsOf(frame) };
}

async function cleanUp(frame: Frame, main: Ending): Promise<Ending> {
  const { flow, host } = frame.execution;
  if (flow.finally.length === 0) return main;
  const { signal } = frame.scope;
  const deadline = signal.aborted ? cleanUpDeadline(host) : undefined;
  try {
    // The run's own deadline does not count here, and what cancelled the steps does not end those that clean up.
    const after = await courseOf({ ...frame, signal: deadline?.signal ?? signal }, flow.finally);
    return after.status !== "completed" && main.status === "completed" ? after : main;
  } finally {
    deadline?.clear();
  }
}

/** After a cancellation, `finally` gets so long: nobody can cancel it a second time. */
const cleanUpMs = 60_000;

function cleanUpDeadline(host: Host): Deadline {
  const reason = () =>
    new DeadlinePassed("timeout", `finally took longer than ${formatDuration(cleanUpMs)} after a cancellation.`);
  return startDeadline(new AbortController().signal, { ms: cleanUpMs, clock: host.clock, reason });
}

function outputsOf(frame: Frame): Json {
  const outputs: Record<string, Json> = {};
  for (const [name, template] of Object.entries(frame.execution.flow.outputs)) {
    try {
      outputs[name] = template.evaluate(frame.values);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new RunFault(error.code, `The output "${name}" has no value: ${error.message}`);
    }
  }
  return outputs;
}

/** What happened outside every step. A shutdown is passed on, because the run goes on elsewhere. */
function outcomeOfError(error: unknown, scope: RunScope): RunOutcome {
  checkInterruption(scope.signal);
  if (error instanceof RunFault) return { status: "failed", outputs: {}, error: error.failure };
  if (scope.signal.aborted) return { status: "cancelled", outputs: {}, error: failureOfAbort(scope.signal.reason) };
  return { status: "failed", outputs: {}, error: faultOf(error).failure };
}
