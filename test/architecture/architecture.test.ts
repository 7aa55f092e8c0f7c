import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { functionsOf, type Import, importsOf, packageFolders, root, sourcesOf } from "./sources.ts";

const maxFileLines = 300;
const maxFunctionLines = 50;

/** Which packages each may import. Never up, never sideways. */
const arrows: Record<string, string[]> = {
  "packages/hooks": [],
  "packages/flows": ["@pawl/hooks"],
  "packages/networks": ["@pawl/hooks", "@pawl/flows"],
  "packages/cli": ["@pawl/hooks", "@pawl/flows", "@pawl/networks"],
};

const folders = packageFolders();
const sources = folders.flatMap((folder) => sourcesOf(folder));
const imports = sources.flatMap((source) => importsOf(source));

function packageOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function pawlPackage(specifier: string): string | undefined {
  if (specifier === "pawl" || specifier.startsWith("pawl/")) return "pawl";
  return specifier.startsWith("@pawl/") ? specifier.split("/").slice(0, 2).join("/") : undefined;
}

/** Groups of files that import each other in a circle. */
function cycles(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const state = new Map<string, "open" | "done">();
  const found: string[][] = [];
  const walk = (file: string, path: string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, "open");
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    state.set(file, "done");
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}

describe("the architecture", () => {
  test("packages import only those below them", () => {
    const wrong = imports.filter((edge) => {
      const target = pawlPackage(edge.to);
      const allowed = arrows[packageOf(edge.from)] ?? ["@pawl/hooks", "@pawl/flows", "@pawl/networks"];
      return target !== undefined && !allowed.includes(target);
    });
    expect(wrong.map((edge) => `${edge.from} -> ${edge.to}`)).toEqual([]);
  });

  test("packages do not reach into each other's files", () => {
    const wrong = imports.filter(
      (edge) => edge.to.startsWith("packages/") && packageOf(edge.from) !== packageOf(edge.to),
    );
    expect(wrong).toEqual([]);
  });

  test("every import of a package is declared in its manifest", () => {
    const wrong = imports.filter((edge) => {
      if (edge.to.startsWith("node:") || existsSync(join(root, edge.to))) return false;
      const manifest = JSON.parse(readFileSync(join(root, packageOf(edge.from), "package.json"), "utf8"));
      const name = edge.to.startsWith("@") ? edge.to.split("/").slice(0, 2).join("/") : edge.to.split("/")[0]!;
      const declared = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
      return name !== manifest.name && !(name in declared);
    });
    expect(wrong.map((edge) => `${edge.from} -> ${edge.to}`)).toEqual([]);
  });

  test("no files import each other in a circle", () => {
    expect(cycles(imports.filter((edge) => existsSync(join(root, edge.to))))).toEqual([]);
  });

  test(`no file is longer than ${maxFileLines} lines`, () => {
    const long = sources.filter((source) => source.text.split("\n").length - 1 > maxFileLines);
    expect(long.map((source) => source.path)).toEqual([]);
  });

  test(`no function is longer than ${maxFunctionLines} lines`, () => {
    const long = sources.flatMap(functionsOf).filter((size) => size.lines > maxFunctionLines);
    expect(long.map((size) => `${size.where} (${size.lines})`)).toEqual([]);
  });

  test("nothing is exported by wildcard", () => {
    const wild = sources.filter((source) => /^export \* (as \w+ )?from/m.test(source.text));
    expect(wild.map((source) => source.path)).toEqual([]);
  });

  test("no folder is a home for everything", () => {
    const vague = sources.filter((source) => /\/(utils?|common|shared|internal|helpers?|misc)\//.test(source.path));
    expect(vague.map((source) => source.path)).toEqual([]);
  });

  test("ARCHITECTURE.md names every folder, and only folders that are there", () => {
    const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    for (const folder of folders.filter((name) => name.startsWith("packages/"))) {
      const section = text.split("### `").find((part) => part.startsWith(`${folder}\``)) ?? "";
      const rows = section.split("\n").filter((line) => line.startsWith("| `"));
      const named = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
      const found = sources
        .filter((source) => source.path.startsWith(`${folder}/src/`))
        .flatMap((source) => source.path.split("/").slice(3, -1).slice(0, 1));
      expect([...new Set(found)].sort(), folder).toEqual(named.sort());
    }
  });

  test("the life of one event passes files that are there", () => {
    const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    const section = text.split("## The life of one event")[1]!.split("\n## ")[0]!;
    const named = [...section.matchAll(/`((?:hooks|flows|networks|cli)\/src\/[^`]*)`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(root, "packages", path)))).toEqual([]);
  });

  test("export maps are pinned", () => {
    const maps = folders.map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      return [manifest.name, Object.keys(manifest.exports)];
    });
    expect(Object.fromEntries(maps)).toEqual({
      "@pawl/hooks": [".", "./guard", "./diagnostics", "./isolate", "./process", "./trace", "./package.json"],
      "@pawl/flows": [".", "./sqlite", "./testing", "./workers", "./package.json"],
      "@pawl/networks": [".", "./nats", "./package.json"],
      pawl: [".", "./package.json"],
      "@pawl/plugin-redis": [".", "./package.json"],
    });
  });
});
