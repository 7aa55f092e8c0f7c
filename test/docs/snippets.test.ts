import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

function pages(): string[] {
  const guide = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  return ["README.md", ...guide.filter((name) => name.endsWith(".md")).map((name) => join("docs", name))];
}

interface Snippet {
  readonly page: string;
  readonly source: string;
  readonly text: string;
}

/** `<!-- file: PATH -->` or `<!-- file: PATH lines A-B -->` right before a fenced block. */
const embedded = /<!-- file: (\S+)(?: lines (\d+)-(\d+))? -->\n```\w*\n([\s\S]*?)\n```/g;

function snippetsOf(page: string): { snippet: Snippet; expected: string }[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(embedded)].map(([, source, from, to, shown]) => {
    const lines = readFileSync(join(root, source!), "utf8").trimEnd().split("\n");
    const expected = from === undefined ? lines : lines.slice(Number(from) - 1, Number(to));
    return { snippet: { page, source: source!, text: shown! }, expected: expected.join("\n") };
  });
}

describe("the examples in the documentation", () => {
  const found = pages().flatMap(snippetsOf);

  test.each(found)("$snippet.page shows $snippet.source as it is", ({ snippet, expected }) => {
    expect(snippet.text).toBe(expected);
  });

  test("README shows a flow, a hook and a trigger that the tests run", () => {
    const sources = found.filter(({ snippet }) => snippet.page === "README.md").map(({ snippet }) => snippet.source);
    expect(sources.some((source) => source.endsWith(".yaml"))).toBe(true);
    expect(sources.filter((source) => source.endsWith(".ts")).length).toBeGreaterThanOrEqual(2);
  });
});
