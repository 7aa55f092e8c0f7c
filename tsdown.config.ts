import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "tsdown";

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
