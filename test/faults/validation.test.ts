import { describe, expect, test } from "vitest";
import { pawl, pawlJson, temporaryProject } from "../end-to-end/pawl.ts";

const broken = `name: broken
retries: 3
trigger: { uses: crn, with: {} }
steps:
  - id: one
    uses: data.set
    next: tow
    with: { v: "\${{ steps.one.output }" }
  - id: two
    uses: data.set
    cahce: true
    with: { v: "\${{ 1 + }}", w: "\${{ steps.oen.output }}" }
`;

describe("pawl validate", () => {
  test("does not pass broken next targets, expressions, triggers and keys, and names the nearest right ones", async () => {
    const cwd = temporaryProject({ "flows/broken.yaml": broken });
    const { code, stdout } = await pawl(["validate", "--json"], { cwd });
    expect(code).toBe(3);
    const [{ diagnostics }] = JSON.parse(stdout).files;
    const found = diagnostics.map((one: { line: number; code: string }) => [one.line, one.code]);
    expect(found).toEqual([
      [2, "unknown-key"],
      [3, "unknown-trigger"],
      [7, "unknown-step"],
      [8, "expression-unterminated"],
      [11, "unknown-key"],
      [12, "expression-syntax"],
      [12, "unknown-reference"],
    ]);
    const text = JSON.stringify(diagnostics);
    for (const nearest of ["cron", "two", "cache", "one"]) expect(text).toContain(nearest);
  });
});

describe("pawl run --dry-run", () => {
  test("shows what the steps would be given, and says which variables of the environment are missing", async () => {
    const cwd = temporaryProject({
      "flows/plan.yaml": `name: plan
inputs: { tag: { type: string, default: latest } }
steps:
  - { id: a, uses: log.message, with: { message: "\${{ inputs.tag }} for \${{ env.NOBODY_SETS_THIS }}" } }
  - { id: b, uses: log.message, with: { message: "tag \${{ inputs.tag }}" } }
`,
    });
    const { code, stdout, stderr } = await pawl(["run", "plan", "--dry-run", "--input", "tag=v7"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("tag v7");
    expect(stdout + stderr).toContain("NOBODY_SETS_THIS");
    expect((await pawlJson(["runs"], { cwd })).runs).toEqual([]);
  });
});
