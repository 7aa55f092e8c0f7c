import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfExample, linesOf, pawl, pawlJson } from "../../../test/end-to-end/pawl.ts";

function project(): string {
  const cwd = copyOfExample("write-a-flow");
  mkdirSync(join(cwd, "notes"));
  mkdirSync(join(cwd, "photos"));
  writeFileSync(join(cwd, "photos", "large.jpg"), "x".repeat(800_000));
  return cwd;
}

const byId = (steps: { id: string }[]) => Object.fromEntries(steps.map((step) => [step.id, step]));

test("the flows of the guide are valid, and do what it says", async () => {
  const cwd = project();
  expect((await pawl(["validate"], { cwd })).stdout).toContain("3 files, no mistakes");

  const sizes = await pawlJson(["run", "sizes", "--input", "limit_kb=500"], { cwd });
  expect(sizes.run.status).toBe("completed");
  expect(sizes.run.outputs.kb[1]).toBeGreaterThan(500);
  expect(byId(sizes.steps)).toMatchObject({ "measure[1]": { status: "completed" }, warn: { status: "completed" } });
  expect(JSON.parse(readFileSync(join(cwd, "reports/sizes.json"), "utf8")).folders).toEqual(["notes", "photos"]);
  const small = await pawlJson(["run", "sizes"], { cwd });
  expect(byId(small.steps)).toMatchObject({ warn: { status: "skipped" } });

  writeFileSync(join(cwd, "backup.lock"), "");
  const backup = await pawlJson(["run", "backup", "--input", "to=far"], { cwd });
  expect(byId(backup.steps)).toMatchObject({
    copy: { status: "completed", attempts: 2 },
    thumbnails: { status: "failed" },
    tell: { status: "completed" },
  });
  expect(backup.run.status).toBe("completed");
  expect(existsSync(join(cwd, "backup.lock"))).toBe(false);
  expect((await pawl(["run", "backup", "--input", "to=nowhere"], { cwd })).code).toBe(2);

  const evening = await pawlJson(["run", "evening"], { cwd });
  expect(evening.run.error).toBeUndefined();
  expect(linesOf(join(cwd, "reports/log.txt"))).toEqual(["large"]);
});
