import type { Flow, JsonObject } from "@pawl/flows";
import type { Call } from "./command.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { FoundFlow } from "./find-flow.ts";
import { plural } from "./output/diagnostics.ts";
import { type PlannedStep, planOf } from "./output/plan.ts";
import { cut, oneLine } from "./output/summary.ts";
import type { Terminal } from "./output/terminal.ts";

/** What would run and be given, in the order of the file. Nothing is executed, and nothing is remembered. */
export async function dryRun(
  call: Call,
  { flow, loaded }: FoundFlow,
  given: { readonly inputs?: JsonObject; readonly vars?: JsonObject },
): Promise<ExitCode> {
  const { planInputs, readRunInputs } = await import("@pawl/flows");
  const inputs = readRunInputs(flow, given.inputs ?? {});
  const plan = planInputs(flow, { projectDir: loaded.project.dir, inputs, vars: given.vars ?? {}, env: call.env });
  const steps = planOf(flow, plan);
  const { unsetVariables } = plan;
  const { terminal } = call;
  if (call.options.json === true) {
    terminal.json({ flow: flow.name, file: flow.file, inputs: shownInputs(flow, inputs), unsetVariables, steps });
    return exitCodes.ok;
  }
  terminal.out(`${terminal.colors.bold(flow.name)}  dry run: nothing is executed`);
  const width = Math.max(...steps.map((step) => step.id.length));
  for (const step of steps) terminal.out(formatStep(step, width, terminal));
  const shown = Object.entries(shownInputs(flow, inputs)).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  terminal.out([shown.length > 0 ? `inputs ${shown.join(" ")}` : "no inputs", `pawl run ${flow.name}`].join(" · "));
  if (unsetVariables.length > 0) {
    terminal.note(`${plural(unsetVariables.length, "variable")} not set here: ${unsetVariables.join(", ")}`);
  }
  return exitCodes.ok;
}

function formatStep(step: PlannedStep, width: number, { colors, width: columns }: Terminal): string {
  const condition = step.if === undefined ? "" : `  if ${step.if}`;
  const given = Object.entries((step.with ?? {}) as JsonObject).map(([name, value]) => {
    const text = typeof value === "string" ? oneLine(value) : JSON.stringify(value);
    return colors.dim(cut(`     ${"".padEnd(width)}${name}: ${text}`, columns));
  });
  return [` · ${step.id.padEnd(width)}  ${step.does}${condition}`, ...given].join("\n");
}

function shownInputs(flow: Flow, inputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, flow.inputs[name]?.secret ? "***" : value]),
  );
}
