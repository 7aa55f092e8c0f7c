import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseNetwork } from "@pawl/networks";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../packages/flows/src/project/config.ts";
import { parseSettings } from "../../packages/hooks/src/claude/parse-settings.ts";
import { parseHookManifest } from "../../packages/hooks/src/discovery/parse-manifest.ts";
import { pawl, pawlJson, temporaryProject } from "./pawl.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const stackTrace = /\n\s+at .+:\d+:\d+|not foreseen/;
const numRuns = process.env.PAWL_SOAK === "1" ? 5_000 : 150;

test("a flow with every kind of mistake has all of them listed at once, each at its place", async () => {
  const cwd = temporaryProject({});
  cpSync(join(import.meta.dirname, "fixtures", "all-mistakes"), cwd, { recursive: true });
  const { files } = await pawlJson(["validate"], { cwd });
  const found = files[0].diagnostics.map((one: { line: number; column: number; code: string }) => {
    return `${one.line}:${one.column} ${one.code}`;
  });
  expect(found).toEqual([
    "2:1 unknown-key",
    "3:10 invalid-duration",
    "4:8 wrong-value",
    "5:9 wrong-type",
    "6:21 unknown-key",
    "8:18 wrong-value",
    "9:36 input-type",
    "9:36 input-type",
    "11:37 invalid-cron",
    "12:24 unknown-trigger",
    "13:11 duplicate-id",
    "13:49 input-type",
    "14:70 unknown-time-zone",
    "15:23 wrong-value",
    "15:36 wrong-value",
    "16:20 wrong-value",
    "17:9 unknown-hook",
    "19:9 hyphenated-id",
    "22:11 unknown-node",
    "24:9 duplicate-id",
    "26:5 missing-input",
    "26:13 unknown-input",
    "26:49 input-type",
    "27:5 unknown-key",
    "30:35 unsafe-shell",
    "30:46 unknown-reference",
    "33:25 needs-shell",
    "36:23 command-syntax",
    "39:50 unsafe-interpolation",
    "40:9 reserved-id",
    "41:11 loop-not-a-list",
    "42:9 bare-condition",
    "43:24 wrong-value",
    "43:42 invalid-duration",
    "43:49 unknown-key",
    "45:27 unknown-reference",
    "45:55 expression-syntax",
    "45:69 unknown-name",
    "48:5 step-kind",
    "49:9 step-kind",
    "50:5 ignored-key",
    "52:11 unknown-flow",
    "53:11 unknown-step",
    "57:15 unreachable-step",
    "60:17 unknown-key",
    "60:37 invalid-duration",
    "61:12 wrong-type",
    "62:14 wrong-value",
    "63:30 unknown-reference",
  ]);
  const text = JSON.stringify(files[0].diagnostics);
  for (const nearest of ["description", "cron", "audit", "http.request", "url", "retry", "count", "fetch", "jitter"]) {
    expect(text, nearest).toContain(nearest);
  }
});

const pieces = [
  "",
  "\n",
  "  ",
  "- ",
  ": ",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  "+++\n",
  "---\n",
  "= ",
  "&a ",
  "*a",
  "\u0000",
  "${{ ",
  "null",
  "1e999",
  "\t",
];

/** The texts with pieces cut out, put in and moved. */
function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(30), fc.constantFrom(...pieces)), { minLength: 1, maxLength: 6 });
  return fc.tuple(fc.constantFrom(...texts), edits).map(([text, list]) =>
    list.reduce((now, [at, length, put]) => {
      const start = now.length === 0 ? 0 : at % now.length;
      return now.slice(0, start) + put + now.slice(start + length);
    }, text),
  );
}

const hooks = [
  read("examples/agent-loop/hooks/guard-rm/HOOK.md"),
  "---\nname: a\nevent: Stop\ncommand: [x]\nrequires: { bins: [git] }\n---\nText\n",
];
const networks = [read("examples/network-scores/networks/scores.yaml")];
const flows = readdirSync(join(root, "packages/flows/test/fixtures/flows/valid")).map((file) =>
  read(`packages/flows/test/fixtures/flows/valid/${file}`),
);
const settings = [
  '{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"x","timeout":5}]}]}}',
];

describe("whatever a file holds, reading it gives the thing or errors, and never throws:", () => {
  test.each<[string, fc.Arbitrary<unknown>, (value: never) => boolean]>([
    [
      "HOOK.md",
      mutated(hooks),
      (text: string) => {
        const { manifest, diagnostics } = parseHookManifest(text, "HOOK.md");
        return (manifest !== undefined) === !diagnostics.some(({ severity }) => severity === "error");
      },
    ],
    [
      "a network",
      mutated(networks),
      (text: string) => {
        const { network, diagnostics } = parseNetwork(text, { file: "n.yaml" });
        return (network !== undefined) === !diagnostics.some(({ severity }) => severity === "error");
      },
    ],
    [
      "the settings of Claude Code",
      mutated(settings),
      (text: string) => parseSettings(text, "settings.json") !== undefined,
    ],
    ["the configuration", fc.anything(), (value: unknown) => checkConfig(value, "pawl.config.ts") !== undefined],
  ])("%s", (_, arbitrary, holds) => {
    fc.assert(
      fc.property(arbitrary, (value) => holds(value as never)),
      { numRuns },
    );
  });
});

test("checking commands list the mistakes of a hundred broken files, without a stack trace, and do not hang", async () => {
  const cwd = temporaryProject({});
  const write = (path: string, text: string) => {
    mkdirSync(join(cwd, path, ".."), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  const sample = (texts: readonly string[], count: number) => fc.sample(mutated(texts), { numRuns: count, seed: 20 });
  for (const [n, text] of sample(flows, 60).entries()) write(`flows/f${n}.yaml`, text);
  for (const [n, text] of sample(hooks, 30).entries()) write(`hooks/h${n}/HOOK.md`, text);
  for (const [n, text] of sample(networks, 10).entries()) write(`networks/n${n}.yaml`, text);
  const commands = [["validate"], ["status"], ["hooks", "check"], ["hooks", "list"], ["network", "check"], ["doctor"]];
  for (const command of commands) {
    const { code, stdout, stderr } = await pawl(command, { cwd });
    expect([0, 1, 3], `pawl ${command.join(" ")}\n${stderr}`).toContain(code);
    expect(stdout + stderr, command.join(" ")).not.toMatch(stackTrace);
  }
});

test("a broken configuration is a mistake that is said, without a stack trace", async () => {
  const cwd = temporaryProject({ "flows/sound.yaml": flows[0]! });
  for (const text of [
    "export default 5;",
    "export default { store: 1, plugins: {} };",
    "export default (",
    "throw new Error('x');",
    "export default new Proxy({}, { get() { throw new Error('no'); } });",
  ]) {
    writeFileSync(join(cwd, "pawl.config.ts"), text);
    const { code, stdout, stderr } = await pawl(["validate", "--trust-all"], { cwd });
    expect([1, 3], text).toContain(code);
    expect(stdout + stderr, text).not.toMatch(stackTrace);
    expect(stdout + stderr, text).toContain("config");
  }
});
