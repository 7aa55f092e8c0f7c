import { createEngine, node, openSqliteStore, parseFlow, toRunReport } from "@pawl/flows";
import { z } from "zod";

const greet = node({
  name: "my.greet",
  description: "Greets somebody.",
  input: z.object({ name: z.string() }),
  run: ({ name }) => `Hello ${name}`,
});

const text = `
name: welcome
inputs: { name: { type: string, required: true } }
steps:
  - { id: greet, uses: my.greet, with: { name: "\${{ inputs.name }}" } }
  - { id: ask, approval: { message: "Send it?" }, uses: data.set }
outputs: { said: "\${{ steps.greet.output }}" }
`;

/** Runs a flow inside of this program, and goes on with it once somebody has decided. */
export async function welcome(projectDir: string, name: string, print: (line: string) => void): Promise<void> {
  const { flow, diagnostics } = await parseFlow(text);
  if (flow === undefined) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join("\n"));

  const store = await openSqliteStore(`${projectDir}/pawl.db`);
  const engine = createEngine({ projectDir, store, nodes: [greet] });
  const stop = store.events.subscribe(({ type, recordId }) => {
    if (type === "step-ended") print(`${recordId} has ended`);
  });

  const waiting = await engine.run(flow, { inputs: { name } });
  print(`the run is ${waiting.status}`);

  await store.durability.signal(waiting.id, "approval:ask", { decision: "approve", by: "ana" });
  const run = await engine.resume(waiting.id);
  const report = toRunReport(run, await store.durability.steps(run.id));
  print(`the run is ${report.run.status}: ${JSON.stringify(report.run.outputs)}`);

  stop();
  await store.close();
}
