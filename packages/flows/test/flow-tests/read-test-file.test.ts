import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differences } from "../../src/flow-tests/compare.ts";
import { flowTestSchema, parseFlowTests } from "../../src/testing/index.ts";
import { mistakesIn, readTests } from "./test-kit.ts";

const flow = `
name: t
inputs: { count: { type: integer, required: true } }
secrets: { TOKEN: { env: T } }
steps:
  - { id: build, uses: shell.run, with: { command: build } }
  - id: one
    steps: [{ id: child, uses: data.set, with: { a: 1 } }, { id: ask, uses: human.input, with: { prompt: n } }]
  - id: two
    steps: [{ id: child, uses: data.set, with: { a: 1 } }]
outputs: { total: 3 }
`;

/** A file of one test with these keys, the first of which stands in line 3. */
function one(body: string): string {
  return `tests:\n  - name: a\n${body.replaceAll(/^/gm, "    ")}\n`;
}

describe("a test file", () => {
  test("tells all of its mistakes at once, each with its place", async () => {
    const tests = `
input: { count: 1 }
tests:
  - name: a
    inputs: { count: many, cuont: 1 }
    secrets: { TOKN: x }
    mocks:
      biuld: { output: 1 }
      shell.rum: never
      build: { outptu: 1 }
      child: never
    real: [tow]
    answers: { build: approve, ask: 3, one.ask: { decision: maybe } }
    expect:
      status: succeeded
      outputs: { totl: 3 }
      order: [bild]
      steps:
        build: { satus: failed }
        one: faild
        two: { output: { $contain: 1 } }
  - { name: a, expects: {} }
  - { expect: {} }
`;
    expect(await mistakesIn({ flow, tests })).toEqual([
      "2:1 unknown-key",
      "5:15 input-type",
      "5:28 unknown-input",
      "6:16 unknown-secret",
      "8:7 unknown-step",
      "9:7 unknown-node",
      "10:16 unknown-key",
      "11:7 unknown-step",
      "12:12 unknown-step",
      "13:16 unused-answer",
      "13:37 wrong-type",
      "13:61 wrong-value",
      "15:15 wrong-value",
      "16:18 unknown-output",
      "17:15 unknown-step",
      "19:18 unknown-key",
      "20:14 wrong-value",
      "21:24 unknown-matcher",
      "22:5 missing-input",
      "22:13 duplicate-test",
      "22:16 unknown-key",
      "23:5 missing-key",
      "23:5 missing-input",
    ]);
  });

  test("names what was probably meant", async () => {
    const { diagnostics } = await readTests({
      flow,
      tests: one("inputs: { count: 1 }\nmocks: { biuld: never }\nreal: [shel.run]"),
    });
    expect(diagnostics.map(({ hint }) => hint)).toEqual(["build", "shell.run"]);
  });

  test.each([
    ["nothing", "", "empty-file"],
    ["a list", "- a", "wrong-type"],
    ["no tests", "flow: t", "missing-key"],
    ["an empty list", "tests: []", "missing-key"],
    ["a test that is none", "tests: [a]", "wrong-type"],
    ["a key that every object has", "tests: [{ name: a, valueOf: [] }]", "unknown-key"],
    ["broken YAML", "tests: [", "yaml-syntax"],
    ["a mock that says nothing", one("inputs: { count: 1 }\nmocks: { build: {} }"), "missing-key"],
    ["a mock of two minds", one("inputs: { count: 1 }\nmocks: { build: { output: 1, fail: x } }"), "missing-key"],
    ["a mock without calls", one("inputs: { count: 1 }\nmocks: { build: [] }"), "wrong-value"],
    ["a time that is none", one("inputs: { count: 1 }\nnow: soon"), "wrong-type"],
    [
      "a pattern that is none",
      one("inputs: { count: 1 }\nexpect: { outputs: { total: { $matches: '(' } } }"),
      "unknown-matcher",
    ],
    [
      "a matcher beside others",
      one("inputs: { count: 1 }\nexpect: { outputs: { total: { $any: 1, b: 2 } } }"),
      "unknown-matcher",
    ],
    ["an unknown flow", `flow: tt\n${one("inputs: {}")}`, "unknown-flow"],
    ["an environment of maps", one("inputs: { count: 1 }\nenv: { A: { b: 1 } }"), "wrong-type"],
  ])("with %s has its own mistake", async (_what, tests, code) => {
    expect((await mistakesIn({ flow, tests })).join("\n")).toContain(code);
  });

  test("whose flow has mistakes says so", async () => {
    const broken = { file: "flows/t.yaml", flow: undefined, diagnostics: [] };
    const options = { nodes: new Set<string>(), flows: [], findFlow: async () => broken };
    const { diagnostics } = await parseFlowTests("tests: [{ name: a }]", options);
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown-flow"]);
  });

  test("whatever it holds is read or refused, never a crash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (text) => {
        const { tests, diagnostics } = await readTests({ flow, tests: `tests:\n  - ${text}` });
        expect(tests.length > 0 || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("an expected value", () => {
  test("fits itself, and whatever has more keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, more) => {
        const plain = JSON.parse(JSON.stringify(value).replaceAll('"$', '"_'));
        expect(differences(plain, plain)).toEqual([]);
        expect(differences({ a: plain }, { a: plain, b: more as never })).toEqual([]);
      }),
    );
  });

  test.each([
    [{ a: 1 }, { a: 2 }, "a"],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, "a.b.1"],
    [[1], [1, 2], ""],
    [{ a: null }, {}, "a"],
    [{ a: 1 }, "text", ""],
    [{ t: { $contains: "x" } }, { t: "abc" }, "t"],
    [{ t: { $matches: "^b" } }, { t: "abc" }, "t"],
    [{ t: { $exactly: { a: 1 } } }, { t: { a: 1, b: 2 } }, "t"],
    [{ t: { $any: true } }, {}, "t"],
    [{ t: { $contains: { id: 3 } } }, { t: [{ id: 1, b: 2 }] }, "t"],
  ])("%j differs from %j at its place", (expected, actual, path) => {
    expect(differences(expected, actual).map((each) => each.path.join("."))).toEqual([path]);
  });

  test.each([
    [{ t: { $contains: "b" } }, { t: "abc" }],
    [{ t: { $contains: { id: 1 } } }, { t: [{ id: 1, b: 2 }] }],
    [{ t: { $matches: "^a.c$" } }, { t: "abc" }],
    [{ t: { $any: true } }, { t: null }],
    [{ $exactly: { $any: 1 } }, { $any: 1 }],
  ])("%j fits %j", (expected, actual) => {
    expect(differences(expected, actual)).toEqual([]);
  });
});

test("the schema for editors has every key, with a description", () => {
  const text = JSON.stringify(flowTestSchema());
  for (const key of ["mocks", "answers", "expect", "takes", "unreached"]) expect(text).toContain(`"${key}"`);
});
