import { parseFlow } from "../definition/parse-flow.ts";
import type { Failure } from "../durability/records.ts";
import type { Engine } from "../engine/engine.ts";
import type { Json, JsonObject } from "../json.ts";
import { harnessFlow } from "./collect-events.ts";

/** What became of a node, seen from its flow. */
export interface StepOutcome {
  readonly status: "success" | "failed" | "suspended";
  readonly output: Json;
  readonly error: Failure | undefined;
  /** How often the node was called; `retry` in the settings asks for more than one. */
  readonly attempts: number;
  /** What the node and the hooks logged. */
  readonly log: readonly string[];
  /** The hooks that the step met, each with what went wrong in it. */
  readonly hooks: readonly { readonly name: string; readonly error?: string }[];
}

/** Runs a flow of one step in the engine. `settings` are further keys of the step: `timeout`, `retry`, `env`. */
export async function runStep(
  engine: Engine,
  step: { readonly uses: string; readonly input: JsonObject; readonly settings?: JsonObject | undefined },
): Promise<StepOutcome> {
  const { uses, input, settings = {} } = step;
  const text = JSON.stringify({ name: harnessFlow, steps: [{ id: "step", uses, with: input, ...settings }] });
  const { flow, diagnostics } = await parseFlow(text);
  if (!flow) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const run = await engine.run(flow);
  const { durability, events } = engine.store;
  const record = (await durability.steps(run.id))[0]!;
  const lines = await events.read({ runId: run.id, types: ["log"] });
  const isDone = record.status === "completed";
  return {
    status: isDone ? "success" : record.status === "waiting" ? "suspended" : "failed",
    output: record.output,
    error: record.error,
    attempts: record.attempts.length,
    log: lines.map(({ data }) => String((data as JsonObject).message)),
    hooks: record.hooks,
  };
}
