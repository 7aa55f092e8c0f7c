import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, isAbsolute, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Jiti } from "jiti";

type Load = () => Promise<unknown>;

/**
 * Modules that code of a project can import without installing them. Loaded at once, so that `require` finds them too, or
 * `whenImported`: for those that are large, and that few ask for.
 */
export type ProvidedModules = Readonly<Record<string, Load | { readonly whenImported: Load }>>;

export interface ModuleLoader {
  /** The exports of a module: a file (TypeScript too), or a package that the project has. */
  load(specifier: string): Promise<Record<string, unknown>>;
  /** The exports of a file as if this were its text. */
  loadText(file: string, text: string): Promise<Record<string, unknown>>;
  /** Files of the project, outside of `node_modules`, that have been evaluated so far. */
  files(): readonly string[];
}

const require = createRequire(import.meta.url);

// By name in a variable, so that the installed package is found, and not what of it is bundled with Pawl.
const named = (name: string) => () => import(name);
const ownModules: ProvidedModules = {
  "@pawl/flows": named("@pawl/flows"),
  "@pawl/hooks": named("@pawl/hooks"),
  "@pawl/hooks/guard": named("@pawl/hooks/guard"),
  "@pawl/flows/testing": { whenImported: named("@pawl/flows/testing") },
  "@pawl/flows/sqlite": { whenImported: named("@pawl/flows/sqlite") },
  "@pawl/hooks/diagnostics": { whenImported: named("@pawl/hooks/diagnostics") },
  "@pawl/hooks/process": { whenImported: named("@pawl/hooks/process") },
};

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
  const [{ createJiti }, virtualModules] = await Promise.all([import("jiti"), virtual(options.provide)]);
  const jiti = createJiti(join(projectDir, "pawl.config.ts"), { fsCache: cacheDir ?? false, virtualModules });
  forget(jiti.cache, projectDir);
  const loaded = new Map<string, Promise<Record<string, unknown>>>();
  return {
    load(specifier) {
      const known = loaded.get(specifier) ?? importWith(jiti, specifier);
      loaded.set(specifier, known);
      return known;
    },
    loadText: (file, text) => evaluated(jiti, file, text),
    files: () => Object.keys(jiti.cache).filter((file) => isOwn(file, projectDir)),
  };
}

async function virtual(provide: ProvidedModules = {}): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const later = (name: string, get: () => unknown) =>
    Object.defineProperty(found, name, { get, enumerable: true, configurable: true });
  // Nearly a tenth of a second, which a project without plugins need not spend. All of its code gets this same zod.
  later("zod", () => require("zod"));
  const loading = Object.entries({ ...ownModules, ...provide }).map(async ([name, load]) => {
    if (typeof load === "function") found[name] = await load();
    else later(name, load.whenImported);
  });
  await Promise.all(loading);
  return found;
}

/**
 * Node keeps what it has imported natively for ever, and finds only the Pawl that is installed next to it. So JavaScript of a
 * project is translated like its TypeScript, and a package is imported natively only where it has a Pawl of its own to find.
 */
async function importWith(jiti: Jiti, specifier: string): Promise<Record<string, unknown>> {
  if (isAbsolute(specifier)) return isTypeScript(specifier) ? viaJiti(jiti, specifier) : translated(jiti, specifier);
  const file = fileURLToPath(jiti.esmResolve(specifier));
  if (isTypeScript(file)) return viaJiti(jiti, file);
  return findsPawl(file) ? withoutWrapping(await import(pathToFileURL(file).href)) : translated(jiti, file);
}

async function viaJiti(jiti: Jiti, file: string): Promise<Record<string, unknown>> {
  return (await jiti.import(file)) as Record<string, unknown>;
}

async function translated(jiti: Jiti, file: string): Promise<Record<string, unknown>> {
  return evaluated(jiti, file, await readFile(file, "utf8"));
}

async function evaluated(jiti: Jiti, file: string, text: string): Promise<Record<string, unknown>> {
  const place = { id: file, filename: file, ext: extname(file) };
  return (await jiti.evalModule(text, { ...place, async: true, forceTranspile: true })) as Record<string, unknown>;
}

function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

function findsPawl(file: string): boolean {
  try {
    createRequire(file).resolve("@pawl/flows/package.json");
    return true;
  } catch {
    return false;
  }
}

/** What TypeScript compiled to CommonJS has its default export one level further in. */
function withoutWrapping(module: Record<string, unknown>): Record<string, unknown> {
  const { default: inner } = module as { default?: { __esModule?: boolean } };
  return inner?.__esModule === true ? (inner as Record<string, unknown>) : module;
}

/** jiti shares Node's cache of CommonJS modules, which outlives a loader. */
function forget(cache: Record<string, unknown>, projectDir: string): void {
  for (const file of Object.keys(cache)) if (isOwn(file, projectDir)) delete cache[file];
}

function isOwn(file: string, projectDir: string): boolean {
  return file.startsWith(projectDir + sep) && !file.startsWith(join(projectDir, "node_modules") + sep);
}

/** The first of these files that exists in a folder. */
export function firstFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}
