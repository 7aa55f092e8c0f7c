import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasErrors } from "@pawl/hooks/diagnostics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import { catalogue } from "./catalogue.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");
const files = ["flows/valid", "broken/flows"].flatMap((folder) =>
  readdirSync(join(fixtures, folder)).map((file) => readFileSync(join(fixtures, folder, file), "utf8")),
);
const numRuns = Number(process.env.PAWL_SOAK ?? 1) * 300;

/** Whatever comes in: a flow or errors come out, each at a place of the file. */
async function holds(text: string): Promise<void> {
  const { flow, diagnostics } = await parseFlow(text, { ...catalogue });
  expect(flow === undefined).toBe(hasErrors(diagnostics));
  const lines = text.split("\n").length;
  for (const { line, column, code } of diagnostics) {
    if (line === undefined) continue;
    expect(line, code).toBeGreaterThanOrEqual(1);
    expect(line, code).toBeLessThanOrEqual(lines);
    expect(column, code).toBeGreaterThanOrEqual(1);
  }
}

const pieces = [
  "\n",
  "  ",
  "- ",
  ": ",
  "name",
  "steps:",
  "id: a",
  "uses: shell.run",
  "${{ ",
  " }}",
  "steps.a",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  "&a ",
  "*a",
  "|",
  ">",
  "#",
  "<<: ",
  "loop: ",
  "!!",
  "? ",
  "\t",
  "---\n",
  "1",
  "next: ",
];

test("arbitrary text gives a flow or errors", async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: "binary" })), holds), { numRuns });
});

test("text made of what flows are made of gives a flow or errors", async () => {
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""));
  await fc.assert(fc.asyncProperty(texts, holds), { numRuns });
});

test("flows with characters cut out, put in or moved give a flow or errors", async () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat(20), fc.constantFrom("", ...pieces)), { minLength: 1, maxLength: 4 }),
    )
    .map(([text, edits]) =>
      edits.reduce((now, [at, length, put]) => {
        const start = now.length === 0 ? 0 : at % now.length;
        return now.slice(0, start) + put + now.slice(start + length);
      }, text),
    );
  await fc.assert(fc.asyncProperty(mutated, holds), { numRuns });
});
