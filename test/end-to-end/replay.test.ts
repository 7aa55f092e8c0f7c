import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pawl, pawlJson, temporaryProject } from "./pawl.ts";

const flow = (last: string): string =>
  [
    "name: two",
    "steps:",
    '  - { id: first, uses: file.append, with: { path: marks.txt, content: "1" } }',
    `  - { id: second, uses: file.append, with: { path: marks.txt, content: "${last}" } }`,
    "",
  ].join("\n");

describe("pawl replay", () => {
  test("repeats a run from a step on, with the definition that the run keeps", async () => {
    const cwd = temporaryProject({ "flows/two.yaml": flow("2") });
    const { run } = await pawlJson(["run", "two"], { cwd });
    writeFileSync(join(cwd, "flows/two.yaml"), flow("changed"));
    const again = await pawl(["replay", run.id, "--from", "second"], { cwd });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain("reused from run");
    expect(readFileSync(join(cwd, "marks.txt"), "utf8")).toBe("122");
    const shown = await pawl(["show"], { cwd });
    expect(shown.stdout).toContain(`replay of run ${run.id.slice(0, 13)} from second`);
    expect((await pawlJson(["show"], { cwd })).run.replay).toEqual({ of: run.id, from: "second" });
  });

  test("refuses an unknown step with the nearest name, and needs --from", async () => {
    const cwd = temporaryProject({ "flows/two.yaml": flow("2") });
    const { run } = await pawlJson(["run", "two"], { cwd });
    const unknown = await pawl(["replay", run.id, "--from", "secnd"], { cwd });
    expect(unknown.code).toBe(4);
    expect(unknown.stderr).toContain("second");
    expect((await pawl(["replay", run.id], { cwd })).code).toBe(2);
    expect((await pawlJson(["runs"], { cwd })).runs).toHaveLength(1);
  });
});
