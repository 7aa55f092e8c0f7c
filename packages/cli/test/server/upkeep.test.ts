import { join } from "node:path";
import { createEngine, openSqliteStore, parseFlow } from "@pawl/flows";
import { expect, test } from "vitest";
import { projectWith, serve, until, writeInto } from "./serve-kit.ts";

const text = (name: string) => `name: ${name}\nretention: { runs: 1 }\nsteps:\n  - { id: a, uses: data.set }\n`;

/** Executes each flow three times, as a server did some time ago. */
async function runBefore(dir: string, names: readonly string[]): Promise<void> {
  const store = await openSqliteStore(join(dir, ".pawl", "pawl.db"));
  const engine = createEngine({ projectDir: dir, store });
  for (const name of names) {
    const { flow } = await parseFlow(text(name));
    for (let n = 0; n < 3; n++) await engine.run(flow!);
  }
  await store.close();
}

test("a server takes out old runs by itself, as each flow says, and none of a flow whose file is broken just now", async () => {
  const dir = projectWith({ "flows/few.yaml": text("few"), "flows/broken.yaml": text("broken") });
  await runBefore(dir, ["few", "broken"]);
  writeInto(dir, "flows/broken.yaml", "name: broken\nsteps: [");
  const project = await serve(dir);
  await until(async () => (await project.runs()).filter((run) => run.flow === "few").length === 1);
  expect((await project.runs()).filter((run) => run.flow === "broken")).toHaveLength(3);
});
