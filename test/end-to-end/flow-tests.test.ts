import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyOfExample, pawl, pawlJson, startPawl, temporaryFolder, temporaryProject, until } from "./pawl.ts";

const flow = "name: one\nsteps:\n  - { id: a, uses: file.write, with: { path: made.txt, content: x } }\n";
const tests = "mocks: { a: { output: 1 } }\ntests:\n  - name: gives one\n    expect: { steps: { a: { output: 1 } } }\n";

describe("schemas for editors", () => {
  test("are written by init, where the first line of its files leads", async () => {
    const cwd = temporaryFolder();
    await pawl(["init"], { cwd });
    for (const name of ["flows/hello.yaml", "flows/hello.test.yaml"]) {
      const [, path] = /\$schema=(\S+)/.exec(readFileSync(join(cwd, name), "utf8"))!;
      const schema = JSON.parse(readFileSync(join(cwd, "flows", path!), "utf8"));
      expect(schema.$schema).toContain("json-schema.org");
    }
    expect(readdirSync(join(cwd, ".pawl", "schemas")).sort()).toEqual([
      "flow.json",
      "hook.json",
      "network.json",
      "test.json",
    ]);
  });

  test("have the inputs of each node, of plugins once the project is trusted", async () => {
    const plugin = [
      'import { definePlugin, node } from "@pawl/flows";',
      'import { z } from "zod";',
      'const input = z.strictObject({ greeting: z.string().describe("What is said.") });',
      'export default definePlugin({ name: "p", nodes: [node({ name: "p.greet", input, run: () => null })] });',
    ].join("\n");
    const cwd = temporaryProject({ "plugins/p.ts": plugin });
    const [before, after, written, mistyped] = await Promise.all([
      pawl(["schema", "flow"], { cwd }),
      pawl(["schema", "flow", "--trust-all"], { cwd }),
      pawl(["schema", "--write"], { cwd }),
      pawl(["schema", "flo"], { cwd }),
    ]);
    expect(before.stdout).toContain('"duration"');
    expect(before.stdout).not.toContain("p.greet");
    expect(after.stdout).toContain("p.greet");
    expect(after.stdout).toContain("What is said.");
    expect(written.stdout).toContain("network.json");
    expect(mistyped.code).toBe(2);
  });
});

describe("pawl test", () => {
  test("runs the tests of the example in the guide, and leaves nothing behind", async () => {
    const cwd = copyOfExample("flow-tests");
    const before = readdirSync(cwd);
    const { code, stdout } = await pawl(["test"], { cwd });
    expect(stdout).toMatch(/4 passed in 1 file/);
    expect(code).toBe(0);
    expect(readdirSync(cwd).filter((name) => name !== ".state")).toEqual(before);
  });

  test("runs the tests of a new project", async () => {
    const cwd = temporaryFolder();
    await pawl(["init"], { cwd });
    const [tested, validated] = await Promise.all([pawlJson(["test"], { cwd }), pawl(["validate"], { cwd })]);
    expect(tested).toMatchObject({ passed: 2, failed: 0 });
    expect(validated.code).toBe(0);
  });

  test("shows what was not as expected, with its place, and exits with 1", async () => {
    const cwd = temporaryProject({
      "flows/one.yaml": flow,
      "flows/one.test.yaml": tests.replace("output: 1 } } }", "output: 2 } } }"),
    });
    const [{ code, stdout }, document] = await Promise.all([
      pawl(["test"], { cwd }),
      pawlJson(["test", "one"], { cwd }),
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/a\.output: expected 2, it is 1 +flows\/one\.test\.yaml:4:\d+/);
    expect(document.files[0].tests[0]).toMatchObject({ name: "gives one", ok: false, problems: [{ line: 4 }] });
  });

  test("with --watch runs again after each change of tests, flows and plugins, and ends as the last round did", async () => {
    const plugin = (output: number) =>
      `import { definePlugin, node } from "@pawl/flows";
       import { z } from "zod";
       const give = node({ name: "p.give", input: z.object({}), run: () => ${output} });
       export default definePlugin({ name: "p", nodes: [give] });`;
    const given = flow.replace(/file.write.*/, "p.give }\n");
    const cwd = temporaryProject({
      "plugins/p.ts": plugin(1),
      "flows/one.yaml": given,
      "flows/one.test.yaml": `real: [p.give]\n${tests.slice(tests.indexOf("tests:"))}`,
    });
    const change = (path: string, text: string) => writeFileSync(join(cwd, path), text);
    for (const [end, code] of [
      ["failed", 1],
      ["passed", 0],
    ] as const) {
      const watching = startPawl(["test", "--watch", "--json"], { cwd });
      const rounds = (count: number) =>
        until(`round ${count}:\n${watching.output()}`, () => {
          const shown = watching
            .output()
            .split("\n")
            .filter((line) => line.startsWith("{"));
          return shown.length >= count && JSON.parse(shown.at(-1)!);
        });
      expect(await rounds(1)).toMatchObject({ passed: 1, failed: 0 });
      change("plugins/p.ts", plugin(2));
      expect(await rounds(2)).toMatchObject({ passed: 0, failed: 1 });
      if (end === "passed") {
        change("flows/one.yaml", "name: one\nsteps: [\n");
        expect((await rounds(3)).passed).toBe(0);
        change("flows/one.yaml", given);
        expect(await rounds(4)).toMatchObject({ failed: 1 });
        change("plugins/p.ts", plugin(1));
        expect(await rounds(5)).toMatchObject({ passed: 1, failed: 0 });
      }
      await until("it waits", () => watching.output().trimEnd().endsWith("ends."));
      expect(await watching.kill("SIGINT")).toMatchObject({ code });
      change("plugins/p.ts", plugin(1));
    }
  }, 60_000);

  test("takes no test file for a flow, and checks both", async () => {
    const broken = tests.replace("mocks: { a:", "mocks: { b:");
    const cwd = temporaryProject({ "flows/one.yaml": flow, "flows/one.test.yaml": broken });
    const [tested, { files }, one] = await Promise.all([
      pawl(["test"], { cwd }),
      pawlJson(["validate"], { cwd }),
      pawlJson(["validate", "flows/one.test.yaml"], { cwd }),
    ]);
    expect(tested.code).toBe(3);
    const found = files.map((file: { file: string; ok: boolean }) => [file.file, file.ok]);
    expect(found).toEqual([
      ["flows/one.yaml", true],
      ["flows/one.test.yaml", false],
    ]);
    expect(one.files).toHaveLength(1);
  });

  test("says so when a flow has mistakes, has no tests, or does not exist", async () => {
    const cwd = temporaryProject({
      "flows/one.yaml": flow,
      "flows/two.yaml": "name: two\nsteps: [{ id: a, uses: data.sett }]\n",
      "flows/two.test.yaml": "tests: [{ name: a }]\n",
    });
    const [all, one, unknown, none] = await Promise.all([
      pawl(["test"], { cwd }),
      pawl(["test", "one"], { cwd }),
      pawl(["test", "onne"], { cwd }),
      pawl(["test"], { cwd: temporaryProject({}) }),
    ]);
    expect(all.stdout).toContain("unknown-flow");
    expect(one.code).toBe(4);
    expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining("Did you mean one?")]);
    expect(none.code).toBe(0);
  });

  test("runs what --only names, and a file that stands outside of flows/", async () => {
    const more = `${tests}  - { name: gives two, expect: { steps: { a: { output: 2 } } } }\n`;
    const cwd = temporaryProject({ "lib/one.yaml": flow, "lib/one.test.yaml": more });
    expect(await pawlJson(["test", "lib/one.test.yaml", "--only", "ONE"], { cwd })).toMatchObject({
      passed: 1,
      failed: 0,
    });
  });
});
