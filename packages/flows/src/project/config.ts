import { type Diagnostic, didYouMean } from "@pawl/hooks/diagnostics";
import { parseDuration, parseSize } from "@pawl/hooks/guard";
import type { SecretSource } from "../definition/flow.ts";
import type { ExpressionFunction } from "../expression/expression-function.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { InputCollector } from "../questions/input-collector.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import type { ProjectCode } from "./codes.ts";
import { checkPlugins, type PluginsConfig } from "./plugin-settings.ts";

/** Lifecycle hooks of agents. */
export interface LifecycleHooksConfig {
  /** A hook file that cannot be read blocks as a guard would. Default: false. */
  readonly strict?: boolean;
  /** Read Claude Code's settings where it keeps them. Default: false. */
  readonly claude?: boolean;
  /** Settings or plugin files of Claude Code, from the project folder. */
  readonly settings?: readonly string[];
  /** Addresses that hooks may post to beside those of this machine, with `*`: `https://hooks.example.com/*`. */
  readonly allowedUrls?: readonly string[];
  /** Variables that hook programs do not inherit, with `*` at the end: `AWS_*`. */
  readonly withoutEnv?: readonly string[];
}

/** Where and how `pawl serve` listens. */
export interface ServerConfig {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 7295. */
  readonly port?: number;
  /**
   * Requests that one token (or one address, without a token) may send: so many a second, and `burst` at once. `false`
   * turns it off. Default: off on loopback, elsewhere 100 a second and 200 at once.
   */
  readonly rateLimit?: false | { readonly perSecond: number; readonly burst?: number };
}

/** The processes in which `pawl serve` executes runs. */
export interface WorkersConfig {
  /** How many. 0 executes runs in the server itself. Default: one less than the machine has cores, 2 to 4. */
  readonly count?: number;
  /** Runs that each executes at once, those that wait not counted. Default: 64. */
  readonly runs?: number;
  /** The heap of each, as `512mb`: one that needs more ends, and its runs go on elsewhere. Default: what Node takes. */
  readonly memory?: string;
  /** A worker whose event loop is blocked for so long is ended, as `30s`. Default: 30s. */
  readonly hang?: string;
}

/** `pawl.config.ts`. Everything may be left out. */
export interface ProjectConfig {
  /** Default: the name of the folder. */
  readonly name?: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs differ from node to node, and only the node's own schema knows them.
  readonly nodes?: readonly NodeDefinition<any>[];
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly triggers?: readonly TriggerDefinition<any>[];
  /** Secrets of every flow, masked in networks and everything else that Pawl shows too. One of a flow's own with the same name wins. */
  readonly secrets?: Readonly<Record<string, SecretSource>>;
  /** Instances that meet every step of every flow, before those of plugins. */
  readonly stepHooks?: readonly StepExecutionHook[];
  /** Asked for values that a run lacks, before those of plugins. */
  readonly inputCollectors?: readonly InputCollector[];
  /** Helpers for `${{ … }}`. */
  readonly functions?: readonly ExpressionFunction[];
  readonly hooks?: LifecycleHooksConfig;
  readonly server?: ServerConfig;
  readonly workers?: WorkersConfig;
  readonly plugins?: PluginsConfig;
  /** `synchronous`: `full` survives power loss, `normal` a crash of the process only. Default: `full`. */
  readonly store?: { readonly synchronous?: "full" | "normal" };
}

/** Gives `pawl.config.ts` its types. */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config;
}

const kinds: Readonly<Record<keyof ProjectConfig, "string" | "list" | "map">> = {
  name: "string",
  nodes: "list",
  triggers: "list",
  secrets: "map",
  stepHooks: "list",
  inputCollectors: "list",
  functions: "list",
  hooks: "map",
  server: "map",
  store: "map",
  workers: "map",
  plugins: "map",
};
const keys = Object.keys(kinds);

export interface CheckedConfig {
  readonly config: ProjectConfig;
  readonly diagnostics: readonly Diagnostic[];
}

/** Keeps the keys that are right, and says what is wrong with the others. */
export function checkConfig(exported: unknown, file: string): CheckedConfig {
  const diagnostics: Diagnostic[] = [];
  const code: ProjectCode = "invalid-config";
  const tell = (message: string) => diagnostics.push({ code, severity: "error", message, file });
  const config: Record<string, unknown> = {};
  if (kindOf(exported) !== "map") {
    tell(`The default export should be defineConfig({ … }); ${kindOf(exported)} came.`);
    return { config, diagnostics };
  }
  for (const [key, value] of Object.entries(exported as object)) {
    const expected = Object.hasOwn(kinds, key) ? kinds[key as keyof ProjectConfig] : undefined;
    if (value === undefined) continue;
    if (expected === undefined)
      tell(`There is no setting "${key}".${didYouMean(key, keys)} Settings: ${keys.join(", ")}.`);
    else if (kindOf(value) !== expected) tell(`${key} takes a ${expected}; ${kindOf(value)} came.`);
    else if (key === "secrets") config[key] = checkedSecrets(value as object, tell);
    else config[key] = value;
  }
  if (config.server !== undefined) config.server = checkServer(config.server as ServerConfig, tell);
  if (config.workers !== undefined) config.workers = checkWorkers(config.workers as WorkersConfig, tell);
  if (config.plugins !== undefined) config.plugins = checkPlugins(config.plugins as PluginsConfig, tell);
  return { config, diagnostics };
}

/** Those that say where they come from; what is wrong with the others is told. */
function checkedSecrets(written: object, tell: (message: string) => void): Readonly<Record<string, SecretSource>> {
  const sources = Object.entries(written).filter(([name, source]) => {
    const [[kind, value] = [], ...others] = Object.entries(kindOf(source) === "map" ? (source as object) : {});
    const isKnown = kind === "env" || kind === "file" || kind === "command";
    if (isKnown && others.length === 0 && typeof value === "string" && value !== "") return true;
    tell(`secrets.${name} takes one of { env: NAME }, { file: PATH } and { command: "…" }.`);
    return false;
  });
  return Object.fromEntries(sources) as Record<string, SecretSource>;
}

const serverKeys: readonly (keyof ServerConfig)[] = ["host", "port", "rateLimit"];

/** Keeps what is right. */
function checkServer(server: ServerConfig, tell: (message: string) => void): ServerConfig {
  const expected: Readonly<Record<keyof ServerConfig, readonly [isRight: (value: unknown) => boolean, text: string]>> =
    {
      host: [(value) => typeof value === "string" && value !== "", "an address"],
      port: [
        (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
        "a number up to 65535",
      ],
      rateLimit: [isRateLimit, "false or { perSecond, burst }, numbers above 0"],
    };
  const kept = Object.entries(server).filter(([key, value]) => {
    if (!Object.hasOwn(expected, key)) {
      tell(`There is no setting "server.${key}".${didYouMean(key, serverKeys)}`);
      return false;
    }
    const [isRight, text] = expected[key as keyof ServerConfig];
    if (value === undefined || isRight(value)) return true;
    tell(`server.${key} takes ${text}; ${JSON.stringify(value)} came.`);
    return false;
  });
  return Object.fromEntries(kept);
}

function isRateLimit(value: unknown): boolean {
  if (value === false) return true;
  if (kindOf(value) !== "map") return false;
  const { perSecond, burst = 1, ...others } = value as Record<string, unknown>;
  const isPositive = (number: unknown) => typeof number === "number" && Number.isFinite(number) && number > 0;
  return isPositive(perSecond) && isPositive(burst) && Object.keys(others).length === 0;
}

const workerKeys: readonly (keyof WorkersConfig)[] = ["count", "runs", "memory", "hang"];

/** Keeps what is right. */
function checkWorkers(workers: WorkersConfig, tell: (message: string) => void): WorkersConfig {
  const { count, runs, memory, hang } = workers;
  const isCount = (value: unknown, least: number) => Number.isInteger(value) && Number(value) >= least;
  const wrong = new Set<string>();
  const check = (key: keyof WorkersConfig, isRight: boolean, expected: string): void => {
    if (workers[key] === undefined || isRight) return;
    tell(`workers.${key} takes ${expected}; ${JSON.stringify(workers[key])} came.`);
    wrong.add(key);
  };
  check("count", isCount(count, 0), "a whole number, 0 or more");
  check("runs", isCount(runs, 1), "a whole number, 1 or more");
  check("memory", (parseSize(memory) ?? 0) >= 1_048_576, "a size of 1mb or more, as 512mb");
  check("hang", (parseDuration(hang) ?? 0) >= 1_000, "a duration of 1s or more, as 30s");
  for (const key of Object.keys(workers).filter((each) => !(workerKeys as readonly string[]).includes(each))) {
    tell(`There is no setting "workers.${key}".${didYouMean(key, workerKeys)}`);
    wrong.add(key);
  }
  return Object.fromEntries(Object.entries(workers).filter(([key]) => !wrong.has(key)));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (value === undefined || value === null) return "nothing";
  return typeof value === "object" ? "map" : typeof value;
}
