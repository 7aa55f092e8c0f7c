import type { ParallelStep, Step } from "../../definition/flow.ts";
import type { Json } from "../../json.ts";
import type { At, Course, Frame, Passage } from "../execution.ts";
import { childrenOf, fork, type StepEntry } from "../scope/values.ts";
import { type ContainerEnd, runContainer } from "./container.ts";
import { runAtOnce } from "./pool.ts";

/** The children at once, each in a scope of its own; the output is the map of theirs. All are waited for. */
export function runParallel(at: At<ParallelStep>): Promise<Passage> {
  return runContainer(at, (inner) => runBranches(inner, at.step));
}

async function runBranches(inner: Frame, step: ParallelStep): Promise<ContainerEnd | "end"> {
  const width = step.max > 0 ? step.max : step.steps.length;
  const courses = await runAtOnce(step.steps.length, width, (index) => runBranch(inner, step, index));
  if (courses.some((course) => course.kind === "end")) return "end";
  const output: Record<string, Json> = {};
  for (const child of step.steps)
    output[child.id] = ((inner.place[child.id] as { output: Json }).output ?? null) as Json;
  const stopped = courses.flatMap((course) => (course.kind === "stopped" ? [course.by] : []));
  return { output, stoppedBy: stopped.find((by) => by.status === "failed") ?? stopped[0] };
}

/** What a branch does is seen outside it once it is through. */
async function runBranch(inner: Frame, step: ParallelStep, index: number): Promise<Course> {
  const child = step.steps[index]!;
  return inner.scope.branch(inner.prefix + child.id, async (scope) => {
    const { values, place } = fork(inner.values, inner.path, child);
    const visits = new Map(inner.visits);
    const course = await inner.execution.runSequence({ ...inner, scope, values, place, visits }, [child]);
    copyEntry(place[child.id] as StepEntry, inner.place[child.id] as StepEntry, child);
    inner.visits.set(child.id, visits.get(child.id) ?? 0);
    return course;
  });
}

/** The entries that others refer to stay; what the branch found goes into them. */
function copyEntry(from: StepEntry, to: StepEntry, step: Step): void {
  for (const child of childrenOf(step)) copyEntry(from[child.id] as StepEntry, to[child.id] as StepEntry, child);
  for (const field of ["status", "output", "error", "attempts", "visits"]) to[field] = from[field];
}
