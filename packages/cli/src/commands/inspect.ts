import type { Flow } from "@pawl/flows";
import type { Command } from "../command.ts";
import { findFlow } from "../find-flow.ts";
import { loadProjectToRead } from "../open-project.ts";
import { planOf } from "../output/plan.ts";

export const command: Command = {
  arguments: [{ name: "<flow>", description: "Name of a flow, or a file", complete: "flow" }],
  json: true,
  details: "Show what a flow resolves to: its inputs, triggers, limits and steps, defaults filled in.",
  examples: ["pawl inspect release", "pawl inspect release --json"],
  async run(call) {
    const { flow } = await findFlow(call, call.arguments[0]!, loadProjectToRead);
    const resolved = resolve(flow);
    if (call.options.json === true) return call.terminal.json({ flow: resolved });
    const { steps, ...rest } = resolved;
    call.terminal.out(`${call.terminal.colors.bold(flow.name)}  ${flow.file ?? ""}`.trimEnd());
    for (const [name, value] of Object.entries(rest)) {
      if (name !== "name" && name !== "file") call.terminal.out(` ${name.padEnd(12)} ${JSON.stringify(value)}`);
    }
    const width = Math.max(...steps.map(({ id }) => id.length));
    for (const { id, does, if: condition } of steps) {
      call.terminal.out(` · ${id.padEnd(width)}  ${does}${condition === undefined ? "" : `  if ${condition}`}`);
    }
  },
};

/** Expressions stay as they are written: they have no value before a run. Defaults of secret inputs are not shown. */
function resolve(flow: Flow) {
  const inputs = Object.entries(flow.inputs).map(([name, input]) => {
    const shown = input.secret && input.default !== undefined ? { ...input, default: "(secret)" } : input;
    return [name, shown] as const;
  });
  return {
    name: flow.name,
    file: flow.file ?? null,
    hash: flow.hash,
    inputs: Object.fromEntries(inputs),
    triggers: flow.triggers.map(({ id, uses, with: given }) => ({ id, uses, with: given.source })),
    concurrency: { ...flow.concurrency, key: flow.concurrency.key?.source ?? null },
    timeoutMs: flow.timeoutMs ?? null,
    retention: flow.retention,
    hooks: flow.hooks,
    secrets: Object.keys(flow.secrets),
    env: Object.keys(flow.env),
    outputs: Object.keys(flow.outputs),
    steps: planOf(flow),
  };
}
