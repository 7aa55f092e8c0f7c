import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTestHarness } from "@pawl/flows/testing";
import { afterAll, expect, test } from "vitest";
import { copyOfExample, pawl, pawlJson } from "../../../test/end-to-end/pawl.ts";
import { nextVersion, packageVersion } from "../plugins/release.ts";

const harness = createTestHarness();
afterAll(() => harness.close());

test("counts up, and says what is no version", async () => {
  const functions = [nextVersion];
  expect(await harness.evaluate('${{ next_version("1.4.2", "minor") }}', { functions })).toBe("1.5.0");
  expect(await harness.evaluate('v${{ next_version(inputs.v, "major") }}', { functions, inputs: { v: "0.9.9" } })).toBe(
    "v1.0.0",
  );
  await expect(harness.evaluate('${{ next_version("one", "patch") }}', { functions })).rejects.toThrow("no version");
});

test("knows the version of package.json", async () => {
  writeFileSync(join(harness.projectDir, "package.json"), '{ "version": "3.2.1" }');
  expect((await harness.ask(packageVersion, { name: "version" })).value).toBe("3.2.1");
  expect((await harness.ask(packageVersion, { name: "title" })).value).toBeUndefined();
});

test("a run takes what it was not given from package.json", async () => {
  const cwd = copyOfExample("next-version");
  expect((await pawlJson(["run", "next"], { cwd })).run.outputs).toEqual({ next: "1.4.3" });
  expect((await pawlJson(["run", "next", "--input", "step=minor"], { cwd })).run.outputs).toEqual({ next: "1.5.0" });
  expect((await pawl(["run", "next", "--input", "version=one"], { cwd })).code).toBe(1);
  const tested = await pawl(["test"], { cwd });
  expect(tested.code, tested.stdout + tested.stderr).toBe(0);
  expect((await pawl(["show"], { cwd })).stdout).toContain("version");
});
