import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "tsdown";
import { bundledLicenses } from "./scripts/bundled-licenses.ts";

// Loaded by nearly every command, so they are part of the build: one file each instead of dozens. They stay declared as
// dependencies, for audits, for their types, and because project code gets the installed zod. What of zod is bundled only
// checks the inputs of built-in nodes and triggers.
const bundled = ["yaml", "zod", "@marcbachmann/cel-js", "commander", "picocolors"];
// The same library as ES modules, which need no wrapper around every file.
const alias = { yaml: join(import.meta.dirname, "node_modules", "yaml", "browser", "dist", "index.js") };

// Opening a file costs more than reading it: what several entries use is one file. Apart stay libraries that few commands
// need, the server, what serves isolates (it loads threads), and the version, which is all that `pawl --version` reads: a
// group of its own, because a group takes what its files import with it.
// Of libraries only their code is grouped: their types would turn up in it, as values that are evaluated at every start.
const groups = [
  { name: "version", test: /packages\/cli\/src\/version\.ts$/, priority: 3 },
  { name: "zod", test: /node_modules\/zod\/.*\.js$/, priority: 2 },
  { name: "yaml", test: /node_modules\/yaml\/.*\.js$/, priority: 2 },
  { name: "shared", test: /packages\/\w+\/src\/(?!server\/|isolate\/).*(?<!\.d)\.ts$/, minShareCount: 2 },
];

// Every `source` in a package's export map is an entry: the map is the one list.
function packageConfig(directory: string) {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === "object" && target !== null && "source" in target ? [String(target.source)] : [],
  );
  const entries = [...sources, ...(manifest.bin ? ["./src/main.ts"] : []), ...(manifest.pawl?.entries ?? [])];
  const entry = Object.fromEntries(entries.map((file) => [file.replace("./src/", "").replace(/\.ts$/, ""), file]));
  return {
    cwd: directory,
    name: manifest.name,
    entry,
    format: "esm" as const,
    platform: "node" as const,
    target: "node20.19",
    fixedExtension: false,
    dts: true,
    deps: { alwaysBundle: bundled, dts: { neverBundle: bundled } },
    alias,
    plugins: [bundledLicenses()],
    // Code is read and compiled at every start. Names of functions stay, for stack traces.
    minify: { compress: false, mangle: { toplevel: true, keepNames: true }, codegen: { removeWhitespace: true } },
    outputOptions: { codeSplitting: { groups } },
    sourcemap: false,
    clean: true,
    logLevel: "warn" as const,
  };
}

const folders = ["packages", "plugins"].flatMap((parent) =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name)),
);

export default defineConfig(folders.map(packageConfig));
