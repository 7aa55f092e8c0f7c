import type { GroupStep } from "../../definition/flow.ts";
import type { Json } from "../../json.ts";
import type { At, Frame, Passage } from "../execution.ts";
import { type ContainerEnd, runContainer } from "./container.ts";

/** The children in order; the output is the map of theirs. */
export function runGroup(at: At<GroupStep>): Promise<Passage> {
  return runContainer(at, (inner) => runChildren(inner, at.step));
}

async function runChildren(inner: Frame, step: GroupStep): Promise<ContainerEnd | "end"> {
  const course = await inner.execution.runSequence(inner, step.steps);
  if (course.kind === "end") return "end";
  const output: Record<string, Json> = {};
  for (const child of step.steps)
    output[child.id] = ((inner.place[child.id] as { output: Json }).output ?? null) as Json;
  return { output, stoppedBy: course.kind === "stopped" ? course.by : undefined };
}
