import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ProvidedModules } from "@pawl/flows";
import type { Network, Pod } from "../topology/network.ts";
import { NonRetryable, Reject } from "./refusal.ts";

/** Imports a module file of the project and gives its exports. */
export type ModuleLoader = (file: string) => Promise<unknown>;

const extensions = [".ts", ".mts", ".js", ".mjs", ".cjs", ".cts"];

/** Where the module of a pod is looked for: beside the network file, in a folder of the network's name. */
export function moduleFolder(network: Network): string | undefined {
  return network.file === undefined ? undefined : join(dirname(resolve(network.file)), network.name);
}

/** The pod's module file: the one its file names, else the one of its id; nothing when there is none. */
export function moduleFile(network: Network, pod: Pod): string | undefined {
  if (pod.body.kind !== "module" || network.file === undefined) return undefined;
  if (pod.body.file !== undefined) return resolve(dirname(resolve(network.file)), pod.body.file);
  const folder = moduleFolder(network)!;
  return extensions.map((extension) => join(folder, pod.id + extension)).find((file) => existsSync(file));
}

/** Reads TypeScript without a build. What pods import from Pawl is this very copy of it. */
export function createPodLoader(provide: ProvidedModules = {}): ModuleLoader {
  const own = { "@pawl/networks": async () => ({ Reject, NonRetryable }) };
  return async (file) => {
    const { createModuleLoader } = await import("@pawl/flows");
    const loader = await createModuleLoader({ projectDir: dirname(file), provide: { ...own, ...provide } });
    return loader.load(file);
  };
}
