import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestKeys } from "../src/discovery/parse-manifest.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the conformance table", () => {
  const rows = read("docs/reference/hooks-conformance.md")
    .split("\n")
    .filter((line) => line.includes(".test.ts"))
    .map((line) => /^\| (.+) \| `([^`]+)` “(.+)” \|$/.exec(line) ?? [line]);

  test("has a row for every behaviour, each with a file and a test", () => {
    expect(rows.filter((row) => row.length !== 4)).toEqual([]);
    expect(rows.length).toBeGreaterThan(40);
  });

  test.each(rows.map(([, behaviour, file, title]) => [behaviour, file, title] as [string, string, string]))(
    "names a test that exists: %s",
    (_, file, title) => {
      expect(existsSync(join(root, file))).toBe(true);
      expect(read(file)).toContain(title);
    },
  );
});

describe("the reference of hook files", () => {
  const page = read("docs/reference/hook-files.md");
  const source = join(root, "packages/hooks/src");
  const sources = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const text = (name: string) => readFileSync(join(source, name), "utf8");
  const listed = (name: string, type: string) => {
    const [, list] = new RegExp(`${type} =([^;]+);`).exec(text(name))!;
    return [...list!.matchAll(/"([a-z-]+)"/g)].map((match) => match[1]!);
  };

  test.each([
    ...listed("discovery/codes.ts", "HookDiagnosticCode"),
    ...listed("registry/hook-error.ts", "HookErrorCode"),
    "tool-blocked",
    "decision-not-obeyed",
    "rewrite-conflict",
    "stop-block-cap",
    "missing-field",
    "event-mismatch",
    "invalid-field",
    "invalid-record",
  ])("explains %s, and it is used", (code) => {
    expect(page).toContain(`\`${code}\``);
    const uses = sources.filter((name) => !name.endsWith("codes.ts") && !name.endsWith("hook-error.ts"));
    expect(uses.some((name) => text(name).includes(`"${code}"`))).toBe(true);
  });

  test("explains every key of HOOK.md", () => {
    const keys = manifestKeys.filter((key) => key !== "description");
    expect(keys.filter((key) => !page.includes(`\`${key}\``) && !page.includes(`\`[${key}]\``))).toEqual([]);
  });
});
