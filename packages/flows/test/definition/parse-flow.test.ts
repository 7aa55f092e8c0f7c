import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Flow, NodeStep } from "../../src/definition/flow.ts";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import { catalogue } from "./catalogue.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "flows", "valid");

const scope = {
  steps: {},
  env: {},
  vars: {},
  inputs: {},
  secrets: {},
  visits: {},
  trigger: null,
  run: null,
  flow: null,
};

async function valid(text: string): Promise<Flow> {
  const { flow, diagnostics } = await parseFlow(text, catalogue);
  expect(diagnostics).toEqual([]);
  return flow!;
}

async function codes(text: string): Promise<string[]> {
  return (await parseFlow(text, catalogue)).diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

describe("a valid flow", () => {
  test.for(readdirSync(folder))("%s is read without a word", async (file) => {
    await valid(readFileSync(join(folder, file), "utf8"));
  });

  test("keeps the line break behind an expression in quotes, and not the one that ends a block", async () => {
    const flow = await valid(
      [
        "name: lines",
        "steps:",
        "  - id: a",
        "    uses: data.set",
        "    with:",
        '      quoted: "${{ 1 }}\\n"',
        "      block: |",
        "        ${{ 1 }}",
        "      text: |",
        "        ${{ 1 }} and ${{ 2 }}",
        "",
      ].join("\n"),
    );
    const { with: inputs } = flow.steps[0] as NodeStep;
    expect(inputs.evaluate(scope)).toEqual({ quoted: "1\n", block: 1, text: "1 and 2\n" });
  });

  test("has everything that stands in its file", async () => {
    const flow = await valid(readFileSync(join(folder, "every-key.yaml"), "utf8"));
    expect(flow).toMatchObject({
      name: "everything",
      dotenv: [".env.local"],
      secrets: { TOKEN: { env: "API_TOKEN" }, KEY: { file: "secrets/key" }, PASS: { command: "pass show api" } },
      concurrency: { limit: 2, overflow: "replace" },
      timeoutMs: 5_400_000,
      retention: { runs: 100, days: 7 },
      hooks: ["audit"],
    });
    expect(flow.inputs.tag).toMatchObject({ type: "string", default: "latest", choices: ["latest", "stable"] });
    expect(flow.inputs.count).toMatchObject({ type: "integer", required: true, default: undefined });
    expect(flow.inputs.anything).toMatchObject({ type: "string", required: false, secret: false });
    expect(flow.triggers.map((trigger) => trigger.id)).toEqual(["cron", "often"]);
    expect(Object.entries(flow.env).map(([name, value]) => [name, value.source])).toContainEqual(["RATIO", "0.95"]);
    expect(flow.steps.map((step) => `${step.kind} ${step.id}`)).toEqual([
      "node first",
      "group each",
      "node poll",
      "parallel both",
      "flow other",
      "node decide",
    ]);
    expect(flow.finally.map((step) => step.id)).toEqual(["tidy"]);
  });

  test("keeps what a step says, durations as milliseconds", async () => {
    const flow = await valid(readFileSync(join(folder, "every-key.yaml"), "utf8"));
    const first = flow.steps[0] as NodeStep;
    expect(first).toMatchObject({
      maxVisits: 0,
      continueOnError: true,
      approval: { approvers: ["ann", "bob"], expiresMs: 172_800_000 },
      retry: { attempts: 5, initialDelayMs: 500, backoffFactor: 1.5, maxDelayMs: 60_000, jitter: false },
      timeoutMs: 30_000,
      cache: { ttlMs: 3_600_000 },
      isolate: { in: "worker" },
      position: { line: expect.any(Number), column: 9 },
    });
    expect(first.next?.source).toEqual({ target: "each" });
  });

  test("has defaults for what it does not say", async () => {
    const flow = await valid("name: small\nsteps: [{ id: a, uses: data.set, retry: 2 }]\n");
    expect(flow.concurrency).toEqual({ limit: 16, key: undefined, overflow: "queue" });
    expect(flow.retention).toEqual({ runs: 10_000, days: 30 });
    expect(flow.steps[0]).toMatchObject({ maxVisits: 1_000, maxParallel: 1, continueOnError: false });
    expect(flow.steps[0]!.retry).toMatchObject({ attempts: 2, initialDelayMs: 1_000, backoffFactor: 2, jitter: true });
  });

  test("is known by the hash of its text", async () => {
    const text = "name: small\nsteps: [{ id: a, uses: data.set }]\n";
    expect((await valid(text)).hash).toBe(createHash("sha256").update(text).digest("hex"));
  });

  test("names triggers of one kind apart", async () => {
    const flow = await valid(
      "name: t\ntriggers: [{ uses: startup }, { uses: startup }]\nsteps: [{ id: a, uses: data.set }]\n",
    );
    expect(flow.triggers.map((trigger) => trigger.id)).toEqual(["startup", "startup#2"]);
  });

  test("takes what merge keys bring, and its own keys first", async () => {
    const flow = await valid(readFileSync(join(folder, "anchors-and-merges.yaml"), "utf8"));
    expect(flow.steps.map((step) => step.id)).toEqual(["one", "two", "three"]);
    expect(flow.steps[1]!.retry?.attempts).toBe(2);
    expect((flow.steps[2] as NodeStep).with.source).toEqual({ a: 1, b: 2 });
  });
});

describe("a broken file", () => {
  test("that is empty is said to be empty", async () => {
    expect(await codes("")).toEqual(["1:1 empty-file"]);
    expect(await codes("# only a comment\n")).toEqual(["1:1 empty-file"]);
  });

  test("that is no map is told what a flow is", async () => {
    expect(await codes("- a\n- b\n")).toEqual(["1:1 wrong-type"]);
    expect(await codes("just text")).toEqual(["1:1 wrong-type"]);
  });

  test("that is larger than 256 KiB is not read", async () => {
    expect(await codes(`# ${"x".repeat(256 * 1024)}\n`)).toEqual(["undefined:undefined file-too-large"]);
  });

  test.for([
    ["brackets", "[".repeat(100_000)],
    ["closed brackets", `name: ${"[".repeat(5_000)}${"]".repeat(5_000)}`],
    ["braces", `name: ${"{a: ".repeat(5_000)}`],
    ["dashes", `name:\n  ${"- ".repeat(50_000)}a`],
    ["indentation", Array.from({ length: 400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ] as const)("that is nested without end by %s is refused and exhausts nothing", async ([, text]) => {
    const { diagnostics, flow } = await parseFlow(text);
    expect(flow).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain("yaml-too-deep");
  });

  test.for([
    [
      "expressions that begin and never end",
      `name: x\nsteps: [{ id: a, uses: b, with: { a: ${"${{".repeat(80_000)} } }]\n`,
    ],
    [
      "wrong expressions",
      `name: x\nsteps:\n  - id: a\n    uses: data.set\n    with:\n      a: |\n        ${"${{ x }} ".repeat(20_000)}\n`,
    ],
    ["values without quotes", `name: x\nsteps:\n${"  - { a: ${{ x }} }\n".repeat(4_000)}`],
    ["keys", `name: x\nenv:\n${Array.from({ length: 15_000 }, (_, index) => `  a-${index}: b\n`).join("")}`],
    ["keys in a line", `name: x\nenv: {${"a: b: c, ".repeat(25_000)}}\n`],
  ] as const)("that is large and full of %s is judged in bounded time", async ([, text]) => {
    const start = performance.now();
    const { flow } = await parseFlow(text, catalogue);
    expect(flow).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test("that contains itself is refused", async () => {
    expect(await codes("name: a\nx: &x [*x]\n")).toEqual([expect.stringContaining("yaml-")]);
  });

  test("has its mistakes in the order of the file", async () => {
    const { diagnostics } = await parseFlow(
      "retries: 1\nsteps:\n  - id: a-b\n    uses: shel.run\n  - id: c\nname: [x]\n",
      catalogue,
    );
    const lines = diagnostics.map((diagnostic) => diagnostic.line!);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(lines.length).toBeGreaterThanOrEqual(5);
  });

  test.for<[string, string, string[]]>([
    [
      "an open bracket",
      "name: x\nenv: [a, b\nsteps:\n  - id: b\n    uses: q\n",
      ["2:6 wrong-type", "3:1 yaml-syntax", "5:11 unknown-node"],
    ],
    ["indentation", "name: x\nsteps:\n  - id: b\n    uses: q\n   with: 3\n", ["4:11 unknown-node", "5:1 yaml-syntax"]],
    ["a tab", "name: x\n\tsteps: 3\n", ["2:1 yaml-syntax", "2:9 wrong-type"]],
    ["a stray brace", "name: x\nsteps: [{ id: a, uses: data.set }]\n}\n", ["3:1 yaml-syntax"]],
    ["an open quote", 'name: "never\nsteps:\n  - id: a-b\n', ["1:7 yaml-syntax"]],
    [
      "a reserved character",
      "name: @x\nsteps: [{ id: a, uses: q }]\n",
      ["1:7 yaml-syntax", "1:7 invalid-name", "2:24 unknown-node"],
    ],
    [
      "values without quotes",
      "name: x\nsteps:\n  - { id: a, if: ${{ true }}, uses: q }\n  - id: b\n    uses: r\n    with:\n      a: b: c\n      d: ${{ true ? 'x': 'y' }}\n",
      [
        "3:18 yaml-unquoted-expression",
        "3:37 unknown-node",
        "5:11 unknown-node",
        "7:10 yaml-unquoted-colon",
        "8:10 yaml-unquoted-colon",
      ],
    ],
  ])("with %s has one diagnostic for it, in plain words, and the others beside", async ([, text, found]) => {
    expect(await codes(text)).toEqual(found);
    for (const { message } of (await parseFlow(text, catalogue)).diagnostics)
      expect(message).not.toMatch(/token|flow-|\p{Cc}/u);
  });

  test("points into folded, literal and quoted text", async () => {
    const text = [
      "name: positions",
      "steps:",
      "  - id: a",
      "    uses: data.set",
      "    with:",
      "      literal: |",
      "        first line",
      "        then ${{ wrong.a }}",
      "      folded: >-",
      "        first line",
      "        then ${{ wrong.b }}",
      '      double: "tab\\t\\u00e9 ${{ wrong.c }}"',
      "      single: 'it''s ${{ wrong.d }}'",
      "      plain: over",
      "        lines ${{ wrong.e }}",
    ].join("\n");
    expect(await codes(text)).toEqual([
      "8:18 unknown-name",
      "11:18 unknown-name",
      "12:32 unknown-name",
      "13:26 unknown-name",
      "15:19 unknown-name",
    ]);
  });

  test("is judged leniently where plugins could know more", async () => {
    const text = "name: p\nsteps: [{ id: a, uses: my.node }]\ntrigger: { uses: my.trigger }\n";
    const { flow, diagnostics } = await parseFlow(text, { ...catalogue, isPartial: true });
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "warning unknown-node",
      "warning unknown-trigger",
    ]);
    expect(flow).toBeDefined();
  });
});

describe("parsing", () => {
  test("gives the same result for the same text without work, and another for another catalogue", async () => {
    const text = "name: cached\nsteps: [{ id: a, uses: my.node }]\n";
    const first = await parseFlow(text, catalogue);
    expect(await parseFlow(text, catalogue)).toBe(first);
    const other = await parseFlow(text, {});
    expect(other).not.toBe(first);
    expect(other.diagnostics).toEqual([]);
  });

  test("finds an expression that escapes hide from the raw text", async () => {
    const flow = await valid('name: x\nsteps: [{ id: a, uses: data.set, with: { a: "\\x24{{ 1 + 1 }}" } }]\n');
    expect((flow.steps[0] as NodeStep).with.dynamic).toBe(true);
  });
});
