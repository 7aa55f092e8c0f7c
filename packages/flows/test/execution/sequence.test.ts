import { describe, expect, test } from "vitest";
import { runFlow, steps, storeKinds } from "./flow-kit.ts";

describe.each(storeKinds)("a sequence of steps, on the %s store", (kind) => {
  test("runs in the order of the file, each step seeing the outputs before it", async () => {
    const { run, outputs } = await runFlow(
      steps(`
  - id: one
    uses: data.set
    with: { n: 1 }
  - id: two
    uses: data.set
    with: { n: "\${{ steps.one.output.n + 1 }}" }
`),
      { kind },
    );
    expect(run.status).toBe("completed");
    expect(outputs).toEqual({ one: { n: 1 }, two: { n: 2 } });
  });
});
