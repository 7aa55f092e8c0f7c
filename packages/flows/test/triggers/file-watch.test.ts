import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileGlob } from "../../src/triggers/glob.ts";
import { flowOf, supervise, tempDir, until } from "./trigger-kit.ts";

async function watching(input: object, projectDir = tempDir()) {
  const flow = await flowOf("inbox", [{ uses: "file.watch", with: { settle: "20ms", ...input } }]);
  const supervision = await supervise([flow], { projectDir });
  await until(() => supervision.status().description !== undefined || supervision.status().health === "failed");
  const events = async () =>
    (await supervision.runs()).map((run) => {
      const { event, path } = run.trigger.payload as { event: string; path: string };
      return `${event} ${path}`;
    });
  return { ...supervision, projectDir, events };
}

describe("file.watch", () => {
  test("fires when a file is added, changed and deleted", async () => {
    const projectDir = tempDir();
    mkdirSync(join(projectDir, "inbox"));
    const { events } = await watching({ path: "inbox" }, projectDir);
    const file = join(projectDir, "inbox", "a.csv");
    writeFileSync(file, "1");
    await until(async () => (await events()).includes("add inbox/a.csv"));
    writeFileSync(file, "12");
    await until(async () => (await events()).includes("change inbox/a.csv"));
    rmSync(file);
    await until(async () => (await events()).includes("unlink inbox/a.csv"));
    expect(await events()).toHaveLength(3);
  });

  test("sees only what its patterns and kinds name, also in folders that come later", async () => {
    const { projectDir, events } = await watching({ paths: ["inbox/**/*.csv"], events: "add" });
    mkdirSync(join(projectDir, "inbox", "deep"), { recursive: true });
    writeFileSync(join(projectDir, "inbox", "no.txt"), "1");
    writeFileSync(join(projectDir, "inbox", "deep", "yes.csv"), "1");
    await until(async () => (await events()).length === 1);
    expect(await events()).toEqual(["add inbox/deep/yes.csv"]);
  });

  test.each(["../elsewhere", "/etc", "link/x"])("does not leave the project for %s", async (path) => {
    const projectDir = tempDir();
    symlinkSync("/etc", join(projectDir, "link"));
    const { status } = await watching({ path }, projectDir);
    expect(status()).toMatchObject({ health: "failed", lastError: { code: "outside-project" } });
  });
});

test("a pattern that cannot be read is shown", async () => {
  const { status } = await watching({ path: "inbox/{a,b" });
  expect(status()).toMatchObject({ health: "failed", lastError: { code: "invalid-input" } });
});

describe("a pattern", () => {
  test.each([
    ["*.csv", ["a.csv"], ["a/b.csv", "a.csvx", "acsv"]],
    ["in/**/*.csv", ["in/a.csv", "in/x/y/a.csv"], ["out/a.csv", "in/a.txt"]],
    ["**", ["a", "a/b"], []],
    ["in/?.{csv,tsv}", ["in/a.csv", "in/b.tsv"], ["in/ab.csv", "in/a.psv"]],
    ["in/[a-c].txt", ["in/b.txt"], ["in/d.txt"]],
    ["in/[!a].txt", ["in/b.txt"], ["in/a.txt", "in//.txt"]],
    ["in", ["in", "in/a", "in/a/b"], ["inn"]],
    ["./in/", ["in/a"], ["out"]],
    ["a+(b)$.txt", ["a+(b)$.txt"], ["aab.txt"]],
  ])("%s matches as shells do", (pattern, yes, no) => {
    const matches = compileGlob(pattern);
    expect(yes.filter((path) => !matches(path))).toEqual([]);
    expect(no.filter((path) => matches(path))).toEqual([]);
  });
});
