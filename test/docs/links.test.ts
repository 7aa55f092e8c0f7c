import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" });
const pages = listed
  .split("\n")
  .filter((page) => page !== "" && !page.includes("/fixtures/") && existsSync(join(root, page)));

/** The anchor that a heading gets: as GitHub makes it. */
function anchorOf(heading: string): string {
  const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
  return plain.trim().replaceAll(" ", "-");
}

function brokenLinks(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8")
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  return targets.filter((target) => !/^(https?:|mailto:)/.test(target)).filter((target) => !resolves(page, target));
}

function resolves(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined || !file.endsWith(".md")) return true;
  const headings = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("#"));
  return headings.some((heading) => anchorOf(heading.replace(/^#+\s*/, "")) === anchor);
}

describe("links in the documentation", () => {
  test("lead to files and headings that exist", () => {
    expect(pages).toContain("ARCHITECTURE.md");
    const broken = pages.flatMap((page) => brokenLinks(page).map((target) => `${page}: ${target}`));
    expect(broken).toEqual([]);
  });
});
