import { mkdirSync, mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "tsdown";

const root = join(import.meta.dirname, "..", "..", "..");

/** Makes one JavaScript file of a TypeScript program and our sources, because Node 20 cannot run TypeScript. */
export async function bundle(program: string): Promise<string> {
  const cache = join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, "test-program-"));
  await build({
    config: false,
    cwd: root,
    entry: [program],
    outDir,
    format: "esm",
    platform: "node",
    dts: false,
    clean: false,
    logLevel: "error",
    fixedExtension: true,
    external: ["@photostructure/sqlite"],
    noExternal: [/^@pawl\//],
    inputOptions: { resolve: { conditionNames: ["source", "import", "node", "default"] } },
  });
  return join(outDir, basename(program).replace(/\.ts$/, ".mjs"));
}
