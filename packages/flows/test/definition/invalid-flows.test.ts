import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { definitionCodes } from "../../src/definition/codes.ts";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import { catalogue } from "./catalogue.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "broken", "flows");

/** By file, which is named after the rule it breaks: line, column, code, and what to type instead. */
const expected: Record<string, readonly string[]> = {
  "ambiguous-reference": ["11:27 ambiguous-reference -> steps.a.x"],
  "bare-condition": ["4:9 bare-condition -> ${{ steps.b.output.ok }}", "7:12 bare-condition -> ${{ 1 == 2 }}"],
  "command-syntax": ["6:16 command-syntax", "9:23 command-syntax"],
  "duplicate-id": ["4:11 duplicate-id", "8:15 duplicate-id", "11:11 duplicate-id", "13:11 duplicate-id"],
  "expression-syntax": [
    "6:19 expression-syntax",
    "7:18 expression-syntax -> &&",
    "8:18 expression-syntax",
    "9:38 expression-syntax -> ==",
  ],
  "expression-type": ["4:13 expression-type", "6:21 expression-type", "6:44 expression-type"],
  "expression-unterminated": [
    "6:11 expression-unterminated",
    "7:11 expression-unterminated",
    "8:11 expression-unterminated",
  ],
  "hyphenated-id": ["3:9 hyphenated-id -> my_step"],
  "ignored-key": [
    "3:1 ignored-key",
    "7:5 ignored-key",
    "8:5 ignored-key",
    "11:5 ignored-key",
    "12:5 ignored-key",
    "15:5 ignored-key",
    "19:34 ignored-key",
  ],
  "input-type": [
    "3:31 input-type",
    "4:34 input-type",
    "9:12 input-type",
    "10:16 input-type",
    "11:23 input-type",
    "12:25 input-type",
  ],
  "invalid-cron": ["4:23 invalid-cron", "6:23 invalid-cron", "8:25 invalid-cron"],
  "invalid-duration": ["2:10 invalid-duration -> 5m", "6:14 invalid-duration", "7:29 invalid-duration"],
  "invalid-id": [
    "2:11 invalid-id -> my_input",
    "4:11 invalid-id -> _1st",
    "5:11 invalid-id -> a_b",
    "6:11 invalid-id -> a_0_",
    "7:11 invalid-id -> _7",
  ],
  "invalid-name": ["1:7 invalid-name"],
  "loop-not-a-list": [
    "3:20 loop-not-a-list",
    "4:20 loop-not-a-list",
    "5:20 loop-not-a-list -> [a, b]",
    "6:20 loop-not-a-list",
  ],
  "missing-input": ["5:5 missing-input -> url:", "7:11 missing-input -> url:"],
  "missing-key": ["1:1 missing-key", "2:10 missing-key", "4:5 missing-key", "6:5 missing-key", "8:12 missing-key"],
  "needs-shell": ["5:29 warning needs-shell -> shell: true"],
  "reserved-id": ["3:11 reserved-id -> end_step", "4:11 reserved-id -> loop_step", "6:19 reserved-id -> output_step"],
  "step-kind": ["3:9 step-kind", "6:5 step-kind"],
  "unknown-flow": ["3:20 unknown-flow -> cleanup"],
  "unknown-function": ["5:21 unknown-function -> upper", "5:48 unknown-function -> lower"],
  "unknown-hook": ["4:5 unknown-hook -> audit"],
  "unknown-input": ["2:36 unknown-input -> every", "6:41 unknown-input -> method"],
  "unknown-key": [
    "2:1 unknown-key",
    "6:5 unknown-key -> retry",
    "7:14 unknown-key -> attempts",
    "8:14 unknown-key -> ttl",
    "9:17 unknown-key -> message",
    "10:16 unknown-key -> limit",
    "11:14 unknown-key -> days",
    "12:16 unknown-key -> type",
    "13:17 unknown-key -> env",
    "14:12 unknown-key -> uses",
  ],
  "unknown-name": [
    "2:16 unknown-name",
    "7:16 unknown-name -> steps",
    "8:16 unknown-name",
    "9:25 unknown-reference",
    '9:28 unknown-name -> ["my-name"]',
    "10:17 unknown-name -> true",
    "12:16 unknown-name",
    "13:13 unknown-name",
    "15:70 unknown-name",
  ],
  "unknown-node": ["3:20 unknown-node -> shell.run", "4:20 unknown-node"],
  "unknown-reference": [
    "7:20 unknown-reference -> build",
    "8:21 unknown-reference -> build",
    "9:21 unknown-reference -> tag",
    "10:26 unknown-reference -> output",
    "11:22 unknown-reference -> payload",
    "12:21 unknown-reference -> build",
    "17:29 unknown-reference -> child",
  ],
  "unknown-step": ["3:40 unknown-step -> complete", "4:53 unknown-step -> build", "7:40 unknown-step"],
  "unknown-time-zone": ["2:65 unknown-time-zone -> Europe/Warsaw"],
  "unknown-trigger": ["2:18 unknown-trigger -> cron"],
  "unreachable-step": ["4:11 warning unreachable-step", "6:11 warning unreachable-step"],
  "unsafe-interpolation": ["10:7 warning unsafe-interpolation"],
  "unsafe-shell": ["6:41 unsafe-shell", "13:20 unsafe-shell", "16:37 unsafe-shell"],
  "wrong-type": [
    "2:14 wrong-type",
    "3:6 wrong-type",
    "4:9 wrong-type",
    "5:14 wrong-type",
    "6:15 wrong-type",
    "7:8 wrong-type",
    "8:11 wrong-type",
    "10:5 wrong-type",
    "12:11 wrong-type",
    "13:11 wrong-type",
    "14:9 wrong-type",
    "15:11 wrong-type",
    "16:12 wrong-type",
    "18:15 wrong-type",
    "19:24 wrong-type",
    "20:15 wrong-type",
    "21:17 wrong-type",
    "23:11 wrong-type",
    "25:12 wrong-type",
  ],
  "wrong-value": [
    "2:23 wrong-value",
    "2:36 wrong-value -> drop",
    "3:20 wrong-value",
    "4:12 wrong-value",
    "5:22 wrong-value -> string",
    "9:14 wrong-value -> worker",
    "10:17 wrong-value",
    "11:24 wrong-value",
    "11:43 wrong-value",
    "12:12 wrong-value",
    "13:16 wrong-value",
  ],
  "yaml-alias-limit": ["1:1 yaml-alias-limit"],
  "yaml-collection-key": ['6:10 yaml-collection-key -> "${{ inputs.y }}"', "7:9 yaml-collection-key"],
  "yaml-cut-by-comment": ["6:10 yaml-cut-by-comment -> x: '${{ env.A # not a comment }}'"],
  "yaml-duplicate-key": ["5:5 yaml-duplicate-key", "5:11 missing-input -> message:"],
  "yaml-several-documents": ["3:1 yaml-several-documents"],
  "yaml-unquoted-expression": [
    "6:18 yaml-unquoted-expression -> with: { url: '${{ inputs.x }}', list: ['${{ inputs.y }}'], text: 'it''s \"a: ${{ inputs.x }}\"' }",
    "6:53 unknown-reference -> x",
    "8:11 unknown-node -> shell.run",
  ],
  "yaml-syntax": ["4:11 yaml-syntax"],
  "yaml-unquoted-colon": [
    "7:16 yaml-unquoted-colon -> command: 'echo \"BTC price changed: ${{ trigger.payload.rate }}\"'",
    "9:11 unknown-node -> shell.run",
  ],
};

test.for(Object.entries(expected))("every mistake of %s.yaml is found, each at its place", async ([name, findings]) => {
  const text = readFileSync(join(folder, `${name}.yaml`), "utf8");
  const { flow, diagnostics } = await parseFlow(text, { ...catalogue, file: `${name}.yaml` });
  const found = diagnostics.map(({ line, column, severity, code, hint }) => {
    const warning = severity === "warning" ? "warning " : "";
    return `${line}:${column} ${warning}${code}${hint === undefined ? "" : ` -> ${hint}`}`;
  });
  expect(found).toEqual(findings);
  expect(found.some((finding) => finding.includes(name))).toBe(true);
  expect(flow === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === "error"));
  for (const diagnostic of diagnostics) {
    expect(diagnostic.file).toBe(`${name}.yaml`);
    expect(diagnostic.message).toMatch(/[.?]$|: .+$/);
  }
});

test("every fixture has its line in the table", () => {
  const files = readdirSync(folder).map((file) => file.replace(".yaml", ""));
  expect(files.sort()).toEqual(Object.keys(expected).sort());
});

/** These need a file that is made for the test, or show in the tests of expressions and values. */
const elsewhere = ["empty-file", "file-too-large", "yaml-too-deep"];
/** Of files with tests of flows: read-test-file.test.ts has them. */
const ofTests = ["duplicate-test", "unknown-matcher", "unknown-output", "unknown-secret", "unused-answer"];

test("every code of a flow file is shown by a fixture or a test", () => {
  const shown = new Set([...Object.keys(expected), ...elsewhere, ...ofTests]);
  expect(Object.keys(definitionCodes).filter((code) => !shown.has(code))).toEqual([]);
});

test("habits of other tools are answered with how that is said here", async () => {
  const text = [
    "name: f",
    "on: push",
    "steps:",
    "  - { id: a, run: make }",
    "  - { id: b, script: make }",
    "  - { id: c, image: node, uses: data.set }",
    "  - { id: d, needs: [a], uses: data.set }",
  ].join("\n");
  const { diagnostics } = await parseFlow(text, catalogue);
  const unknown = diagnostics.filter(({ code }) => code === "unknown-key");
  expect(unknown.map(({ line, column, hint }) => [line, column, hint])).toEqual([
    [2, 1, "trigger"],
    [4, 14, "uses"],
    [5, 14, "uses"],
    [6, 14, "uses"],
    [7, 14, "next"],
  ]);
  const told = ["trigger: { uses", "shell.run", "shell.run", "docker run", "parallel"];
  for (const [index, words] of told.entries()) expect(unknown[index]!.message).toContain(words);
});
