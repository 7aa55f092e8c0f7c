import { formatDuration, type GuardContext, guard, type Outcome } from "@pawl/hooks/guard";
import type { Failure } from "../../durability/records.ts";
import type { Json } from "../../json.ts";
import { type NodeDefinition, NodeResult } from "../../nodes/node.ts";
import type { At } from "../execution.ts";
import { type Fault, failure, faultOf } from "../failure.ts";
import { checkInterruption, failureOfAbort } from "../interruption.ts";
import { jsonOf, NotJsonError } from "../json-value.ts";
import { issuesText } from "../records/step-inputs.ts";
import type { Tried } from "./attempts.ts";
import type { AttemptContext, StepContext } from "./step-context.ts";

export interface Call {
  readonly at: At;
  readonly definition: NodeDefinition;
  /** As the node's schema gave it. */
  readonly input: unknown;
  readonly context: StepContext;
}

/** Calls the node once, under the step's time-out. Programs it left running have ended when this resolves. */
export async function invoke(call: Call, number: number): Promise<Tried> {
  const { at, definition, input, context } = call;
  const { frame, step } = at;
  let attempt: AttemptContext | undefined;
  const run = (given: GuardContext) => {
    attempt = context.forAttempt(number, given);
    return definition.run(input, attempt);
  };
  const made = guard(run, {
    name: definition.name,
    point: "node",
    timeoutMs: step.timeoutMs,
    signal: frame.signal,
    clock: frame.execution.host.clock,
  });
  const outcome = made instanceof Promise ? await made : made;
  await attempt?.children.end();
  const tried = read(outcome, call);
  return definition.output && tried.result.status === "success" ? checkOutput(definition, tried) : tried;
}

function read(outcome: Outcome<unknown>, { at, definition }: Call): Tried {
  switch (outcome.status) {
    case "ok":
      return readValue(outcome.value, definition.name);
    case "failed": {
      const { failure: error, kind, output } = faultOf(outcome.error);
      return failed(error, kind, output);
    }
    case "timeout":
      return failed(failure("timeout", `It took longer than ${formatDuration(outcome.timeoutMs)}.`), "transient");
    case "cancelled":
      checkInterruption(at.frame.signal);
      return failed(failureOfAbort(outcome.reason), "permanent");
    case "skipped":
      return failed(failure("node-failed", `It was not run: ${outcome.detail ?? outcome.reason}.`), "permanent");
  }
}

/** A plain value is the output of a success. */
function readValue(value: unknown, name: string): Tried {
  try {
    if (!(value instanceof NodeResult)) {
      return { result: new NodeResult({ status: "success", output: jsonOf(value) }), kind: "permanent" };
    }
    const { status, error, metrics } = value;
    const output = jsonOf(value.output);
    return { result: new NodeResult({ status, output, metrics, ...(error ? { error } : {}) }), kind: "transient" };
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    return failed(failure("invalid-result", `The result of ${name} cannot be stored: ${error.message}.`), "permanent");
  }
}

async function checkOutput({ name, output }: NodeDefinition, tried: Tried): Promise<Tried> {
  const checked = await output!["~standard"].validate(tried.result.output);
  if (checked.issues === undefined) return readValue(checked.value, name);
  const error = failure(
    "invalid-result",
    `The output of ${name} is not what it promises: ${issuesText(checked.issues)}.`,
  );
  return failed(error, "permanent", tried.result.output);
}

export function failed(error: Failure, kind: Fault["kind"], output: Json = null): Tried {
  return { result: new NodeResult({ status: "failed", error, output }), kind };
}
