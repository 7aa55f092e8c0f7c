import { expect, test } from "vitest";
import { planInputs } from "../../src/index.ts";
import { flowOf, temporaryProject } from "../execution/flow-kit.ts";

test("a plan has the values that are known, leaves the others as they are written, and shows no secret", async () => {
  const flow = await flowOf(`name: t
secrets: { KEY: { env: SOME_KEY } }
env: { REGION: eu }
inputs: { tag: { type: string }, pin: { type: string, secret: true } }
steps:
  - { id: a, uses: data.set, with: { v: ["\${{ inputs.tag }} \${{ env.REGION }}", "\${{ inputs.pin }}", "\${{ secrets.KEY }}", "\${{ env.SOME_KEY }}"] } }
  - { id: g, steps: [{ id: b, uses: data.set, with: { v: "\${{ steps.a.output }}", w: "\${{ env.NOT_THERE }}", x: 1 } }] }
`);
  const plan = planInputs(flow, {
    projectDir: temporaryProject(),
    inputs: { tag: "v1", pin: "pin-1234" },
    vars: {},
    env: { SOME_KEY: "key-1234" },
  });
  expect([...plan.inputs].map(([step, given]) => [step.id, given])).toEqual([
    ["a", { v: ["v1 eu", "***", "***", "***"] }],
    ["b", { v: "${{ steps.a.output }}", w: "${{ env.NOT_THERE }}", x: 1 }],
  ]);
  expect(plan.unsetVariables).toEqual(["NOT_THERE"]);
});
