import type { RunRecord, StepRecord } from "@pawl/flows";
import { expect, test } from "vitest";
import { Places } from "../../src/trace/places.ts";
import { runNode } from "../../src/trace/run-nodes.ts";

const run = { id: "01A", flow: "f", status: "completed", starts: 1, trigger: {}, startedAt: 0, endedAt: 120 };

function record(id: string, startedAt: number, endedAt: number, began: number): StepRecord {
  const attempts = [{ number: 1, startedAt: began, endedAt, error: undefined }];
  return { id, step: id, status: "completed", startedAt, endedAt, attempts, hooks: [] } as unknown as StepRecord;
}

test("a container takes as long as from its begin to its end, although it is recorded when its children have ended", () => {
  const steps = [record("all.one", 10, 100, 10), record("all", 110, 110, 5)];
  const node = runNode({ run: run as unknown as RunRecord, steps, events: [] }, new Places());
  expect(node.children).toMatchObject([
    { name: "all", startedAt: 5, durationMs: 105, children: [{ name: "all.one", durationMs: 90 }] },
  ]);
});
