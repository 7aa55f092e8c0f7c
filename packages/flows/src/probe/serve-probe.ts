import { setImmediate as turn } from "node:timers/promises";
import { watchParent } from "@pawl/hooks/isolate";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import { importProblem } from "../plugins/import-problem.ts";
import { harmful, loadPlugin } from "../plugins/load-plugin.ts";
import { createModuleLoader, type ModuleLoader, type ProvidedModules } from "../plugins/module-loader.ts";
import { describePlugin } from "./described-plugin.ts";
import type { FromProbe, Look, ProbeStart } from "./protocol.ts";

/** The main function of the process that imports plugins for a look. What they do to it ends with it. */
export async function serveProbe(provide: ProvidedModules = {}): Promise<void> {
  const { projectDir, cacheDir, places, importMs } = JSON.parse(process.env.PAWL_PROBE ?? "{}") as ProbeStart;
  delete process.env.PAWL_PROBE;
  const send = process.send!.bind(process) as (message: FromProbe, sent: () => void) => void;
  const exit = process.exit.bind(process);
  // Resolves when it is on its way: what comes next may block this process for good.
  const tell = (message: FromProbe) => new Promise<void>((resolve) => send(message, resolve));
  watchParent();
  const stray = new StrayErrors();
  const loader = await createModuleLoader({ projectDir, cacheDir, provide });
  for (const place of places) {
    const { source } = place;
    await tell({ type: "begin", source });
    const look = stray.see(place, await lookAt(place, loader, importMs));
    await tell({ type: "end", source, look, files: loader.files() });
  }
  exit(0);
}

async function lookAt(place: PluginPlace, loader: ModuleLoader, importMs: number): Promise<Look> {
  const { plugin, diagnostics, isHarmful } = await loadPlugin(place, loader, importMs);
  // What it has put off until now happens under its own name.
  await turn();
  await turn();
  return { diagnostics, isHarmful, ...(plugin === undefined ? {} : { plugin: describePlugin(plugin) }) };
}

/** Errors that nobody catches: they end a process that does not look. */
class StrayErrors {
  #found: unknown[] = [];

  constructor() {
    const keep = (error: unknown) => void this.#found.push(error);
    process.on("uncaughtException", keep);
    process.on("unhandledRejection", keep);
  }

  /** What was found of a plugin, with the errors since the last one. */
  see(place: PluginPlace, look: Look): Look {
    const found = this.#found;
    this.#found = [];
    if (found.length === 0 || look.isHarmful) return look;
    const what = `it left an error that nobody catches, which ends the process: ${importProblem(found[0])}`;
    return { diagnostics: [...look.diagnostics, harmful(place, what)], isHarmful: true };
  }
}
