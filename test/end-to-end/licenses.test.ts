import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

const folders = ["packages", "plugins"]
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .filter((folder) => existsSync(join(folder, "src")));

function codeOf(folder: string, ending: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
}

/** Packages that the sources name, and the built files no longer do: their code is in there. */
function bundledIn(folder: string): string[] {
  const sources = codeOf(join(folder, "src"), ".ts");
  const built = codeOf(join(folder, "dist"), ".js");
  // Not what only types are taken from.
  const imports = sources.matchAll(/^(?:import (?!type)[^;]*?from |.*(?<!typeof )import\()"([^".][^"]*)"/gm);
  const names = [...imports].map(([, from]) => /^(?:@[^/]+\/)?[^/]+/.exec(from!)![0]);
  return [...new Set(names)].filter(
    (name) =>
      !/^(?:node:|@pawl\/|pawl$)/.test(name) && !new RegExp(`(?:from|import\\() ?["'\`]${name}["'\`/]`).test(built),
  );
}

describe.each(folders.map((folder) => [folder.slice(root.length + 1), folder]))("%s", (_name, folder) => {
  test("ships the licence of each library whose code it ships, and its own", () => {
    const file = join(folder, "dist", "THIRD-PARTY-LICENSES");
    const shipped = existsSync(file) ? readFileSync(file, "utf8") : "";
    for (const name of bundledIn(folder)) {
      const text = readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8").trim();
      expect(shipped, name).toContain(text);
      expect(shipped).toMatch(new RegExp(`^${name} \\d`, "m"));
    }
    expect(readFileSync(join(folder, "dist", "LICENSE"), "utf8")).toContain("Apache License");
  });
});

test("libraries are found that are bundled", () => {
  expect(bundledIn(join(root, "packages", "flows"))).toEqual(expect.arrayContaining(["yaml", "zod"]));
  expect(bundledIn(join(root, "packages", "cli"))).toEqual(expect.arrayContaining(["commander", "picocolors"]));
});
