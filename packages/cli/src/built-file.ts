import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The package's own manifest is the one place from which its built files can be found, bundled or not. */
export function builtFile(name: string): string | undefined {
  const manifest = createRequire(import.meta.url).resolve("pawl/package.json");
  const file = join(dirname(manifest), "dist", name);
  return existsSync(file) ? file : undefined;
}
