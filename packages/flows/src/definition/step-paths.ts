import type { Flow, Step } from "./flow.ts";

/** Every step of a flow as it stands in its file: `build`, and `group.child` for a child of a container. */
export function stepPaths({ steps, finally: last }: Pick<Flow, "steps" | "finally">): string[] {
  return [...pathsOf(steps, ""), ...pathsOf(last, "")];
}

function pathsOf(steps: readonly Step[], prefix: string): string[] {
  return steps.flatMap((step) => {
    const path = `${prefix}${step.id}`;
    return step.kind === "group" || step.kind === "parallel" ? [path, ...pathsOf(step.steps, `${path}.`)] : [path];
  });
}

/** The path of the step that a record is of: its id without visits and indexes. */
export function pathOfRecord(recordId: string): string {
  return recordId.replaceAll(/#\d+|\[\d+\]/g, "");
}

/** The paths that a name may mean: itself, or those of which it is the last part. */
export function pathsNamed(name: string, paths: readonly string[]): readonly string[] {
  return paths.includes(name) ? [name] : paths.filter((path) => path.endsWith(`.${name}`));
}
