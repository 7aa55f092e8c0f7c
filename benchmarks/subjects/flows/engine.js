import { join } from "node:path";
import { createEngine, node, openSqliteStore, parseFlow } from "@pawl/flows";
import { temporaryFolder } from "../../harness/folder.js";

/** A step that does nothing, so that what is left is the engine. */
export const nothing = node({
  name: "bench.nothing",
  input: { "~standard": { version: 1, vendor: "bench", validate: (value) => ({ value }) } },
  run: () => null,
});

/** An engine on a database of its own. */
export async function openEngine({ synchronous = "full", folder = temporaryFolder() } = {}) {
  const store = await openSqliteStore(join(folder, "pawl.db"), { synchronous });
  const engine = createEngine({ projectDir: folder, store, nodes: [nothing] });
  return { store, engine };
}

/** The flow of a text; wrong ones are the benchmark's fault. */
export async function flowOf(text) {
  const { flow, diagnostics } = await parseFlow(text, { nodes: new Map([["bench.nothing", nothing]]) });
  if (flow === undefined) throw new Error(JSON.stringify(diagnostics));
  return flow;
}

/** As many runs at once as there are in flight: the default of 16 per flow would measure the limit. */
export const oneStep = "name: one\nconcurrency: { limit: 64 }\nsteps:\n  - { id: only, uses: bench.nothing }\n";
