import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ChangeQueue, type Kind } from "../../src/triggers/file-watch/change-queue.ts";
import { compileGlob } from "../../src/triggers/glob.ts";
import { countingStarts, engineOf, flowOf, supervise, tempDir, until } from "./trigger-kit.ts";

async function watching(input: object, projectDir = tempDir(), engine = engineOf()) {
  const flow = await flowOf("inbox", [{ uses: "file.watch", with: { settle: "20ms", ...input } }]);
  const supervision = await supervise([flow], { projectDir, engine });
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

test("changes of one file stay apart and in order, however close they come", async () => {
  const queue = new ChangeQueue(new AbortController().signal);
  const stamp = { mtimeMs: 1, ctimeMs: 1, size: 1 };
  const add = (kind: Kind, path: string) => queue.add({ kind, path, stamp, isMissed: false });
  add("add", "a");
  add("add", "b");
  add("unlink", "a");
  add("add", "c");
  const shown = async (limit: number) => (await queue.next(limit)).map(({ kind, path }) => `${kind} ${path}`);
  expect(await shown(10)).toEqual(["add a", "add b"]);
  expect(await shown(1)).toEqual(["unlink a"]);
  expect(await shown(10)).toEqual(["add c"]);
});

describe("what happens to files while no server runs", () => {
  /** A folder with three files, watched once and left. */
  async function left(input: object = {}) {
    const projectDir = tempDir();
    const engine = engineOf();
    mkdirSync(join(projectDir, "inbox"));
    const write = (name: string, text: string) => writeFileSync(join(projectDir, "inbox", name), text);
    for (const name of ["kept", "changed", "removed"]) write(name, "1");
    const first = await watching({ path: "inbox", ...input }, projectDir, engine);
    expect(await first.events()).toEqual([]);
    await first.supervisor.close();
    write("changed", "22");
    write("added", "1");
    rmSync(join(projectDir, "inbox", "removed"));
    return { projectDir, engine, write };
  }
  const all = ["add inbox/added", "change inbox/changed", "unlink inbox/removed"];

  test("is found when one runs again, once, and told apart from what is seen", async () => {
    const { projectDir, engine, write } = await left();
    const second = await watching({ path: "inbox" }, projectDir, engine);
    await until(async () => (await second.events()).length === 3);
    expect((await second.events()).sort()).toEqual(all);
    expect((await second.runs()).map((run) => run.trigger.event.missed)).toEqual([true, true, true]);
    write("later", "1");
    await until(async () => (await second.events()).includes("add inbox/later"));
    await second.supervisor.close();
    const third = await watching({ path: "inbox" }, projectDir, engine);
    write("last", "1");
    await until(async () => (await third.events()).includes("add inbox/last"));
    expect(await third.events()).toHaveLength(5);
  });

  test("is queued in one commit, whatever has become of the same file meanwhile", async () => {
    const { projectDir, engine, write } = await left();
    for (let n = 0; n < 200; n++) write(`many-${n}`, "1");
    const counted = countingStarts(engine);
    const second = await watching({ path: "inbox" }, projectDir, counted.engine);
    await until(async () => (await second.events()).length === 203);
    expect(counted.most()).toBe(203);
  });

  test("is not looked for with `catchup: none`, nor of files that were not watched then", async () => {
    const { projectDir, engine, write } = await left({ catchup: "none" });
    const second = await watching({ path: "inbox", catchup: "none" }, projectDir, engine);
    write("later", "1");
    await until(async () => (await second.events()).length > 0);
    expect(await second.events()).toEqual(["add inbox/later"]);
    await second.supervisor.close();
    writeFileSync(join(projectDir, "beside"), "1");
    const wider = await watching({ paths: ["inbox", "beside"] }, projectDir, engine);
    write("last", "1");
    await until(async () => (await wider.events()).length > 1);
    expect((await wider.events()).sort()).toEqual(["add inbox/last", "add inbox/later"]);
  });

  test("is one run although a crash came between the run and the note of it", async () => {
    const { projectDir, engine } = await left({ events: "add" });
    const { state } = engine.store;
    const keys = Array.from({ length: 64 }, (_, part) => `snapshot/${part}`);
    const scope = "trigger:inbox/file.watch";
    const before = await Promise.all(keys.map((key) => state.get(scope, key)));
    const second = await watching({ path: "inbox" }, projectDir, engine);
    await until(async () => (await second.events()).length === 3);
    await second.supervisor.close();
    for (const [index, key] of keys.entries()) await state.set(scope, key, before[index] ?? []);
    const third = await watching({ path: "inbox" }, projectDir, engine);
    await until(() => third.status().counts.duplicate === 3);
    expect((await third.events()).sort()).toEqual(all);
  });

  test("is kept in parts, so that a change writes little", async () => {
    const state = new Map<string, unknown>();
    const { Snapshot } = await import("../../src/triggers/file-watch/snapshot.ts");
    const snapshot = await Snapshot.load({
      get: async (key) => state.get(key) as never,
      set: async (key, value) => void state.set(key, value),
      delete: async (key) => void state.delete(key),
    });
    const stamp = { mtimeMs: 1, ctimeMs: 1, size: 1 };
    await snapshot.begin(new Map(Array.from({ length: 500 }, (_, n) => [`f${n}`, stamp])), ["inbox"]);
    expect(snapshot.size).toBe(500);
    const largest = Math.max(...[...state.values()].map((value) => JSON.stringify(value).length));
    expect(largest, "a change writes only a part of it").toBeLessThan(JSON.stringify([...state]).length / 20);
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
