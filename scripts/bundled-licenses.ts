// What is bundled is given away with us: its licence goes with it, as each of them asks.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import type { Rolldown } from "tsdown";

/** A plugin for the build: writes the licence texts of all packages whose code is in it beside that code. */
export function bundledLicenses(): Rolldown.Plugin {
  return {
    name: "bundled-licenses",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      const folders = new Set(modules.filter((id) => !/\.d\.[cm]?ts$/.test(id)).flatMap(packageOf));
      if (folders.size === 0) return;
      const source = [...folders]
        .sort()
        .map(entryOf)
        .join(`\n${"-".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", fileName: "THIRD-PARTY-LICENSES", source });
    },
  };
}

/** The folder of the package that a module belongs to; none for our own. */
function packageOf(id: string): string[] {
  const match = /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id);
  return match ? [match[1]!.replaceAll("/", sep)] : [];
}

function entryOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled and has no licence file.`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
