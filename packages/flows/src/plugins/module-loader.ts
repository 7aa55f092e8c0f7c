import { existsSync } from "node:fs";
import { join, sep } from "node:path";

/** Modules that code of a project can import without installing them. */
export type ProvidedModules = Readonly<Record<string, () => Promise<unknown>>>;

export interface ModuleLoader {
  /** The exports of a module: a file (TypeScript too), or a package that the project has. */
  load(specifier: string): Promise<Record<string, unknown>>;
}

// By name in a variable, so that the installed package is found, and not what of it is bundled with Pawl.
const own = ["zod", "@pawl/flows", "@pawl/hooks", "@pawl/hooks/guard"];
const ownModules: ProvidedModules = Object.fromEntries(own.map((name) => [name, () => import(name)]));

export interface ModuleLoaderOptions {
  readonly projectDir: string;
  /** Where translated files are kept. Default: nowhere. */
  readonly cacheDir?: string;
  /** Beside `@pawl/flows`, `@pawl/hooks` and `zod`. */
  readonly provide?: ProvidedModules;
}

/** Imports code of a project. A new loader sees files as they are now; within one, a module is evaluated once. */
export async function createModuleLoader(options: ModuleLoaderOptions): Promise<ModuleLoader> {
  const { projectDir, cacheDir } = options;
  const provided = Object.entries({ ...ownModules, ...options.provide });
  const [{ createJiti }, ...modules] = await Promise.all([import("jiti"), ...provided.map(([, load]) => load())]);
  const jiti = createJiti(join(projectDir, "pawl.config.ts"), {
    fsCache: cacheDir ?? false,
    virtualModules: Object.fromEntries(provided.map(([name], index) => [name, modules[index]])),
  });
  forget(jiti.cache, projectDir);
  return { load: async (specifier) => (await jiti.import(specifier)) as Record<string, unknown> };
}

/** jiti shares Node's cache of CommonJS modules, which outlives a loader. */
function forget(cache: Record<string, unknown>, projectDir: string): void {
  const packages = join(projectDir, "node_modules") + sep;
  for (const file of Object.keys(cache)) {
    if (file.startsWith(projectDir + sep) && !file.startsWith(packages)) delete cache[file];
  }
}

/** The first of these files that exists in a folder. */
export function firstFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}
