import type { Step } from "../../definition/flow.ts";
import type { Json } from "../../json.ts";
import { NodeError } from "../../nodes/node.ts";
import { runAtOnce } from "../containers/pool.ts";
import type { Frame, Passage } from "../execution.ts";
import { recordFailure, recordSkip } from "../records/outright.ts";
import { fork, type Settled, withItem } from "../scope/values.ts";
import { runOnce } from "./once.ts";
import { itemId } from "./record-id.ts";
import { currentId } from "./visit.ts";

/** The step once for each item; its output is the list of theirs. */
export async function runLoop(frame: Frame, step: Step): Promise<Passage> {
  let items: readonly Json[];
  try {
    items = listOf(step.loop!.evaluate(frame.values));
  } catch (error) {
    return recordFailure(frame, step, error);
  }
  if (items.length === 0) return recordSkip(frame, step, "loop has no items");
  return step.maxParallel > 1 ? runConcurrently(frame, step, items) : runInOrder(frame, step, items);
}

function listOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  const found = value === null ? "null" : typeof value === "object" ? "a map" : `a ${typeof value}`;
  throw new NodeError(`loop takes a list; it gave ${found}.`, { code: "loop-not-a-list" });
}

async function runInOrder(frame: Frame, step: Step, items: readonly Json[]): Promise<Passage> {
  const id = currentId(frame, step);
  const results: Settled[] = [];
  for (const [index, item] of items.entries()) {
    const itemFrame = { ...frame, values: withItem(frame.values, item, index) };
    const result = await runOnce({ frame: itemFrame, step, recordId: itemId(id, index) });
    if (result === "end") return "end";
    results.push(result);
    if (stopsLoop(step, result)) break;
  }
  return summary(id, results);
}

async function runConcurrently(frame: Frame, step: Step, items: readonly Json[]): Promise<Passage> {
  const id = currentId(frame, step);
  const results = await runAtOnce(
    items.length,
    step.maxParallel,
    async (index) => {
      const recordId = itemId(id, index);
      return frame.scope.branch(recordId, (scope) => {
        const { values, place } = fork(frame.values, frame.path, step);
        const own = { ...frame, scope, place, values: withItem(values, items[index]!, index) };
        return runOnce({ frame: own, step, recordId });
      });
    },
    (result) => result === "end" || stopsLoop(step, result),
  );
  if (results.includes("end")) return "end";
  return summary(
    id,
    results.filter((result) => result !== "end"),
  );
}

function stopsLoop(step: Step, result: Settled): boolean {
  return result.status === "cancelled" || (result.status === "failed" && !step.continueOnError);
}

/** A failed item stands in the list as `{error}`; the first one is the error of the step. */
function summary(id: string, results: readonly Settled[]): Settled {
  const bad =
    results.find((result) => result.status === "cancelled") ?? results.find((result) => result.status === "failed");
  const output = results.map((result) => (result.error === undefined ? result.output : { error: { ...result.error } }));
  const attempts = results.reduce((sum, result) => sum + result.attempts, 0);
  if (bad) return { ...bad, output, attempts };
  return { status: "completed", output, error: undefined, at: id, attempts };
}
