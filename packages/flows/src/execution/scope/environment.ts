import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Flow } from "../../definition/flow.ts";
import type { ExpressionScope } from "../../expression/template.ts";
import { parseDotenv } from "./dotenv.ts";
import { asText } from "./step-env.ts";
import { plain } from "./values.ts";

type Variables = Readonly<Record<string, string>>;

/** Where a run's environment comes from. */
export interface EnvironmentSources {
  readonly projectDir: string;
  /** The environment of the process, which wins over all files. */
  readonly system: Variables;
  /** Whether `.env` and `dotenv:` are read. Default: true. */
  readonly hasFiles?: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Merges the environment of a run: the system's, then the flow's `env:`, then its `dotenv:` files (the first wins), then the
 * project's `.env`. Values of `env:` may name what comes after them and each other from above.
 * @throws ExpressionError
 */
export function environmentOf(
  flow: Flow,
  sources: EnvironmentSources,
  values: Pick<ExpressionScope, "vars" | "inputs">,
): Variables {
  const paths = sources.hasFiles === false ? [] : [".env", ...flow.dotenv.toReversed()];
  const files = paths.map((file) => readVariables(file, sources));
  const names = Object.keys(flow.env);
  if (names.length === 0 && files.every((file) => file === undefined)) return sources.system;
  const env = Object.assign(plain<string>(), ...files, sources.system);
  const scope = { ...emptyScope, ...values, env };
  for (const name of names) {
    if (!(name in sources.system)) env[name] = asText(flow.env[name]!.evaluate(scope));
  }
  return env;
}

const emptyScope: Omit<ExpressionScope, "env" | "vars" | "inputs"> = {
  steps: plain(),
  secrets: plain(),
  visits: plain(),
  trigger: null,
  run: null,
  flow: null,
};

/** What the project's `.env` says. */
export function environmentFiles(projectDir: string): Variables {
  return readVariables(".env", { projectDir, system: {}, warn: () => {} }) ?? {};
}

interface Remembered {
  readonly stamp: string;
  readonly variables: Variables;
}

const remembered = new Map<string, Remembered>();
/** Many runs begin in one turn of the event loop; a file is looked at once in it. */
const lookedAt = new Map<string, Variables | undefined>();

/** Files are read again when they have changed. A missing `.env` is usual; a missing `dotenv:` file is told. */
function readVariables(file: string, sources: EnvironmentSources): Variables | undefined {
  const path = resolve(sources.projectDir, file);
  if (lookedAt.size === 0) setImmediate(() => lookedAt.clear());
  const variables = lookedAt.has(path) ? lookedAt.get(path) : newestVariables(path);
  lookedAt.set(path, variables);
  if (variables === undefined && file !== ".env") {
    sources.warn(`dotenv: ${file} does not exist; the run goes on without it.`);
  }
  return variables;
}

function newestVariables(path: string): Variables | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const stamp = `${found.mtimeMs}/${found.size}/${found.ino}`;
  const known = remembered.get(path);
  if (known?.stamp === stamp) return known.variables;
  const variables = parseDotenv(readFileSync(path, "utf8"));
  remembered.set(path, { stamp, variables });
  return variables;
}

/** The environment without names that have no value. */
export function definedVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined = plain<string>();
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value;
  return defined;
}
