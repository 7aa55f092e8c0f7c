import type { BuiltInNode, LoadedProject, LoadOptions, ProbeOptions, Project, ProvidedModules } from "@pawl/flows";
import { builtFile } from "./built-file.ts";
import type { Call } from "./command.ts";
import { notFound } from "./command-error.ts";

/** Modules that project code finds without installing them, beside those of `@pawl/flows`. */
export const provided: ProvidedModules = {
  pawl: () => import("./index.ts"),
  "@pawl/networks": { whenImported: () => import("@pawl/networks") },
};

/** Nodes beside the built-in ones of flows. */
export const ownNodes: readonly BuiltInNode[] = [
  {
    name: "network.send",
    description: "Sends data into a network, once whatever happens; `wait` gives what comes out of it.",
    load: async () => (await import("@pawl/networks")).networkSend,
  },
];

/** How plugins are looked at, in a process of their own, before any process imports them. */
export function probing(signal?: AbortSignal): ProbeOptions {
  return {
    signal,
    // Looked for when there are plugins to look at.
    get program() {
      return builtFile("server/probe-main.js");
    },
  };
}

/** The project around the folder of the call. */
export async function projectOf(call: Call): Promise<Project> {
  const [{ findProject }, { existsSync }] = await Promise.all([import("@pawl/flows"), import("node:fs")]);
  if (!existsSync(call.projectFrom)) throw notFound(`There is no folder ${call.projectFrom}.`);
  return findProject(call.projectFrom, call.env);
}

/** The project with its code: for commands that run it (`run`, `serve`). */
export async function loadProjectToRun(call: Call, project?: Project): Promise<LoadedProject> {
  const { loadProject } = await import("@pawl/flows");
  const found = project ?? (await projectOf(call));
  return withoutStdout(() => loadProject(found, { ...loadOptions(call), importCode: true }));
}

/** The project for commands that only read: its code is imported when it is trusted, or by `--trust-all`. */
export async function loadProjectToRead(call: Call, project?: Project): Promise<LoadedProject> {
  const { loadProject } = await import("@pawl/flows");
  const found = project ?? (await projectOf(call));
  const importCode = await mayImportCode(call, found);
  return withoutStdout(() => loadProject(found, { ...loadOptions(call), importCode }));
}

function loadOptions({ signal }: Call): Omit<LoadOptions, "importCode"> {
  return { provide: provided, hostNodes: ownNodes, probe: probing(signal) };
}

/** Whether a command that only reads may import what came with the project. */
export async function mayImportCode({ options, env }: Call, { dir, isProject }: Project): Promise<boolean> {
  if (options.trustAll === true) return true;
  const { isTrusted } = await import("@pawl/flows");
  return isProject && isTrusted(dir, env);
}

/** Standard output is for results: what code says while it is imported is none, and goes to standard error. */
async function withoutStdout<T>(load: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    return await load();
  } finally {
    process.stdout.write = write;
  }
}
