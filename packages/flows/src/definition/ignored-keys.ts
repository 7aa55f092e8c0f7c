import { type Fields, given } from "./map-reader.ts";
import { report, type SourceFile } from "./source-file.ts";

type Kind = "uses" | "steps" | "parallel" | "flow" | undefined;

/** Keys that need another one, or a step of another kind. Silence would hide a mistake. */
export function checkIgnoredKeys(source: SourceFile, fields: Fields, kind: Kind, isParallelChild: boolean): void {
  const ignored = (key: string, reason: string): void => {
    const field = given(fields, key);
    if (field) report(source, field.keySpan, { code: "ignored-key", message: `${key} has no effect: ${reason}.` });
  };
  if (!given(fields, "loop")) ignored("max_parallel", "it belongs to a step with a loop");
  if (given(fields, "loop")) ignored("while", "a step has loop or while, not both");
  if (isParallelChild) ignored("next", "the steps of parallel run at once");
  if (kind === undefined) return;
  if (kind !== "parallel") ignored("max", "it belongs to a parallel step");
  if (kind === "steps" || kind === "parallel") ignored("with", "inputs belong to the steps inside");
  if (kind !== "uses") for (const key of ["cache", "isolate"]) ignored(key, "it belongs to a step with uses");
}
