import { expect, test } from "vitest";
import { pawl, pawlJson, temporaryProject } from "./pawl.ts";

const flow = [
  "name: shape",
  'inputs: { token: { type: string, secret: true, default: "hidden-value" } }',
  "steps:",
  "  - { id: build, uses: data.set, if: '${{ inputs.token != \"\" }}', with: {} }",
  "  - { id: both, parallel: [{ id: a, uses: data.set, with: {} }, { id: b, uses: data.set, with: {} }] }",
  "  - { id: deploy, approval: true, uses: data.set, with: {}, next: end }",
  "finally:",
  "  - { id: tidy, uses: data.set, with: {} }",
  "",
].join("\n");

test("pawl graph prints every step, with quotes and brackets that Mermaid can read", async () => {
  const cwd = temporaryProject({ "flows/shape.yaml": flow });
  const { code, stdout } = await pawl(["graph", "shape"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "flowchart TD
      n0["build<br>data.set<br>if \${{ inputs.token != #34;#34; }}"]
      subgraph n1["both<br>parallel"]
        n2["a<br>data.set"]
        n3["b<br>data.set"]
      end
      n4{{"deploy<br>data.set"}}
      n0 --> n1
      n1 --> n4
      subgraph finally["finally"]
        n5["tidy<br>data.set"]
      end
      n4 -.-> n5
    "
  `);
});

test("pawl inspect shows what a flow resolves to, and no secret default", async () => {
  const cwd = temporaryProject({ "flows/shape.yaml": flow });
  const document = await pawlJson(["inspect", "shape"], { cwd });
  expect(document.flow).toMatchObject({ name: "shape", concurrency: { limit: 16, overflow: "queue" } });
  expect(document.flow.steps.map((step: { id: string }) => step.id)).toEqual([
    "build",
    "both",
    "both.a",
    "both.b",
    "deploy",
    "tidy",
  ]);
  const text = await pawl(["inspect", "shape"], { cwd });
  expect(text.stdout).toContain("data.set, after approval");
  expect(text.stdout + JSON.stringify(document)).not.toContain("hidden-value");
});

test("both refuse an unknown flow with the nearest name", async () => {
  const cwd = temporaryProject({ "flows/shape.yaml": flow });
  for (const name of ["graph", "inspect"]) {
    const { code, stderr } = await pawl([name, "shap"], { cwd });
    expect([code, stderr.includes("shape")], name).toEqual([4, true]);
  }
});
