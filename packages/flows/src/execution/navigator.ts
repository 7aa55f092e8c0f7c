import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Step } from "../definition/flow.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import type { Json } from "../json.ts";
import type { Course, Frame } from "./execution.ts";
import { RunFault } from "./failure.ts";
import { checkInterruption, failureOfAbort } from "./interruption.ts";
import { type Settled, type StepEntry, settle } from "./scope/values.ts";
import { runStep } from "./step.ts";

const done: Course = { kind: "done" };

/** Steps one after another, from each to the one that `next` names or that follows. */
export async function runSequence(frame: Frame, steps: readonly Step[]): Promise<Course> {
  for (let index = 0; index < steps.length; ) {
    const step = steps[index]!;
    if (frame.signal.aborted) return { kind: "stopped", by: aborted(frame, step) };
    const settled = await runStep(frame, step);
    if (settled === "end") return { kind: "end" };
    settle(frame.place[step.id] as StepEntry, settled, frame.visits.get(step.id) ?? 0);
    if (stops(step, settled)) return { kind: "stopped", by: settled };
    const target = settled.status === "skipped" ? undefined : targetOf(frame, step);
    if (target === "end") return { kind: "end" };
    index = target === undefined ? index + 1 : indexOf(steps, step, target);
  }
  return done;
}

/** A step that the end of its run, or of a container around it, came before. It has no record. */
function aborted(frame: Frame, step: Step): Settled {
  checkInterruption(frame.signal);
  const error = failureOfAbort(frame.signal.reason);
  return { status: "cancelled", output: null, error, at: frame.prefix + step.id, attempts: 0 };
}

function stops(step: Step, settled: Settled): boolean {
  if (settled.status === "cancelled") return true;
  return settled.status === "failed" && !step.continueOnError;
}

/** Nothing when the order of the file goes on. */
function targetOf(frame: Frame, step: Step): string | undefined {
  if (step.next === undefined) return undefined;
  const target = named(evaluateNext(frame, step));
  if (target === null || target === "") return undefined;
  if (typeof target === "string") return target;
  throw new RunFault(
    "unknown-step",
    `next of step "${step.id}" gives ${JSON.stringify(target)}, not the id of a step.`,
  );
}

function evaluateNext(frame: Frame, step: Step): Json {
  try {
    return step.next!.evaluate(frame.values);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new RunFault(error.code, `next of step "${step.id}": ${error.message}`);
  }
}

/** A map names its target, as the output of flow.route does. */
function named(next: Json): Json {
  if (typeof next !== "object" || next === null || Array.isArray(next)) return next;
  const map = next as Readonly<Record<string, Json>>;
  return map.target ?? map.step ?? map.id ?? next;
}

function indexOf(steps: readonly Step[], from: Step, target: string): number {
  const index = steps.findIndex((step) => step.id === target);
  if (index >= 0) return index;
  const suggestion = didYouMean(target, [...steps.map((step) => step.id), "end"]);
  throw new RunFault(
    "unknown-step",
    `next of step "${from.id}" names "${target}", and no step here has that id.${suggestion}`,
  );
}
