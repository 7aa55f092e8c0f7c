import { type Diagnostic, didYouMean } from "@pawl/hooks/diagnostics";
import type { SecretSource } from "../definition/flow.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import type { ProjectCode } from "./codes.ts";

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
  readonly hooks?: LifecycleHooksConfig;
  /** Where `pawl serve` listens. Default: 127.0.0.1, port 7295. */
  readonly server?: { readonly host?: string; readonly port?: number };
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
  hooks: "map",
  server: "map",
  store: "map",
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

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (value === undefined || value === null) return "nothing";
  return typeof value === "object" ? "map" : typeof value;
}
