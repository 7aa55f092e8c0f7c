import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What project code can import without installing it. */
const typed: readonly string[] = [
  "@pawl/flows",
  "@pawl/flows/testing",
  "@pawl/hooks",
  "@pawl/hooks/guard",
  "@pawl/networks",
  "pawl",
];

const extending = { extends: "./.pawl/tsconfig.json" };

export type EditorTypes = "written" | "extended" | "own";

/**
 * Lets an editor find the types of what the loader provides: `.pawl/tsconfig.json` says where they are on this machine, and
 * `tsconfig.json` of the project, made when there is none, extends it.
 * @returns `own` when the project has a `tsconfig.json` that does not extend it
 */
export function writeEditorTypes(projectDir: string): EditorTypes {
  const folder = join(projectDir, ".pawl");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tsconfig.json"), json(generated(projectDir)));
  const file = join(projectDir, "tsconfig.json");
  if (!existsSync(file)) {
    writeFileSync(file, json(extending));
    return "written";
  }
  return readFileSync(file, "utf8").includes(".pawl/tsconfig.json") ? "extended" : "own";
}

function generated(projectDir: string): object {
  const isInstalled = (name: string) => existsSync(join(projectDir, "node_modules", name, "package.json"));
  const paths: Record<string, readonly string[]> = {};
  for (const name of typed) {
    const file = isInstalled(packageOf(name)) ? undefined : typesOf(name);
    if (file !== undefined) paths[name] = [file];
  }
  const zod = isInstalled("zod") ? undefined : zodFolder();
  if (zod !== undefined) paths.zod = [zod];
  return {
    "//": "Written by pawl init and pawl plugin new: where the types are on this machine. Not for git.",
    compilerOptions: {
      target: "es2023",
      lib: ["es2023", "dom", "dom.iterable"],
      module: "preserve",
      moduleResolution: "bundler",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      paths,
    },
    include: ["../*.ts", "../plugins/**/*.ts", "../networks/**/*.ts", "../hooks/**/*.ts"],
    exclude: ["../node_modules"],
  };
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The declarations beside the module; nothing in sources that were not built. */
function typesOf(name: string): string | undefined {
  const declared = fileURLToPath(import.meta.resolve(name)).replace(/\.js$/, ".d.ts");
  return declared.endsWith(".d.ts") && existsSync(declared) ? declared : undefined;
}

function zodFolder(): string | undefined {
  try {
    const flows = createRequire(import.meta.url).resolve("@pawl/flows/package.json");
    return dirname(createRequire(flows).resolve("zod/package.json"));
  } catch {
    return undefined;
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
