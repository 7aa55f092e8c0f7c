import { readdirSync } from "node:fs";
import { basename, extname } from "node:path";
import { type Diagnostic, didYouMean, messageOf } from "@pawl/hooks/diagnostics";
import { functionBody } from "../pod/function-body.ts";
import { type ModuleLoader, moduleFile, moduleFolder } from "../pod/load-module.ts";
import { type Finding, type HookFunction, hooksOf } from "../pod/module-hooks.ts";
import type { RunningBody } from "../pod/pod-body.ts";
import type { Network, Pod } from "../topology/network.ts";
import { podTypes } from "../topology/pod-type.ts";

/** Makes what answers in a pod that is not a module of this process. */
export type BodyFactory = (pod: Pod, network: Network) => Promise<RunningBody> | RunningBody;

export interface LoadOptions {
  readonly load: ModuleLoader;
  /** Hooks given as functions, by pod id; they stand in for modules. */
  readonly hooks?: Readonly<Record<string, HookFunction>>;
  /** For pods that are flows, programs, or isolated in a worker. */
  readonly special?: (pod: Pod) => BodyFactory | undefined;
  /** Pods that run elsewhere need no body. Default: all run here. */
  readonly isHere?: (pod: Pod) => boolean;
  /** A missing hook is an error. */
  readonly isStrict?: boolean;
}

export interface LoadedBodies {
  readonly bodies: readonly RunningBody[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Imports every pod module and checks what it exports. All findings at once; a module that fails stops no other. */
export async function loadBodies(network: Network, options: LoadOptions): Promise<LoadedBodies> {
  const diagnostics: Diagnostic[] = [...strayModules(network)];
  const bodies = await Promise.all(network.pods.map((pod) => loadBody(network, pod, options, diagnostics)));
  return { bodies, diagnostics };
}

async function loadBody(
  network: Network,
  pod: Pod,
  options: LoadOptions,
  diagnostics: Diagnostic[],
): Promise<RunningBody> {
  if (options.isHere?.(pod) === false) return functionBody({ hook: undefined, onStart: undefined });
  const given = options.hooks?.[pod.id];
  if (given !== undefined) return functionBody({ hook: given, onStart: undefined });
  const file = moduleFile(network, pod);
  if (pod.body.kind === "module") {
    const found = file === undefined ? noModule(pod, options) : await importHooks(file, pod, options);
    for (const finding of found.findings) diagnostics.push(diagnosticOf(network, pod, file, finding, options));
    if (options.special?.(pod) === undefined) return functionBody(found);
  }
  const factory = options.special?.(pod);
  if (factory !== undefined) return factory(pod, network);
  const what = pod.body.kind === "flow" ? "a flow" : "a program";
  const message = `"${pod.id}" is ${what}, and nothing here can run one.`;
  diagnostics.push(
    diagnosticOf(network, pod, undefined, { code: "module-failed", severity: "error", message }, options),
  );
  return functionBody({ hook: undefined, onStart: undefined });
}

type Found = Pick<ReturnType<typeof hooksOf>, "hook" | "onStart" | "findings">;

function noModule(pod: Pod, options: LoadOptions): Found {
  const { hook } = podTypes[pod.type];
  const message = `"${pod.id}" has no module, so nothing exports its ${hook}.`;
  const findings: Finding[] = options.isStrict ? [{ code: "hook-missing", severity: "error", message }] : [];
  return { hook: undefined, onStart: undefined, findings };
}

async function importHooks(file: string, pod: Pod, options: LoadOptions): Promise<Found> {
  try {
    return hooksOf(await options.load(file), pod);
  } catch (error) {
    const message = `The module of "${pod.id}" could not be loaded: ${messageOf(error).split("\n", 1)[0]}`;
    return { hook: undefined, onStart: undefined, findings: [{ code: "module-failed", severity: "error", message }] };
  }
}

function diagnosticOf(
  network: Network,
  pod: Pod,
  file: string | undefined,
  finding: Finding,
  options: LoadOptions,
): Diagnostic {
  const isRaised = finding.code === "hook-missing" && options.isStrict;
  const where = network.file === undefined ? {} : { file: network.file };
  return {
    ...finding,
    severity: isRaised ? "error" : finding.severity,
    ...where,
    ...pod.place,
    ...(file === undefined ? {} : { hint: file }),
  };
}

/** A module whose name is nobody's id is never called: most likely one of the two is misspelt. */
function strayModules(network: Network): Diagnostic[] {
  const folder = moduleFolder(network);
  if (folder === undefined) return [];
  const ids = network.pods.map((pod) => pod.id);
  return listModules(folder)
    .filter((name) => !ids.includes(name) && didYouMean(name, ids) !== "")
    .map((name) => ({
      code: "unknown-pod" satisfies string,
      severity: "warning",
      message: `The folder of "${network.name}" has a module "${name}", but no pod has that id.${didYouMean(name, ids)}`,
      ...(network.file === undefined ? {} : { file: network.file }),
    }));
}

function listModules(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith(".d.ts"))
      .map((name) => basename(name, extname(name)));
  } catch {
    return [];
  }
}
