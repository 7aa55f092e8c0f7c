import type { Engine, Flow, Json, JsonObject } from "@pawl/flows";
import type { PodInput, RunningBody } from "./pod-body.ts";
import { NonRetryable } from "./refusal.ts";

/**
 * A pod whose hook is a flow: each message is a run, its outputs are the next message. The payload is `trigger.payload`
 * in the flow, and its fields are the inputs of the same names. The run is known by the id of the message, so that a
 * message that comes again finds the run it started.
 */
export function flowBody(
  engine: Engine,
  name: string,
  findFlow: (name: string) => Flow | undefined | Promise<Flow | undefined>,
): RunningBody {
  return {
    async call(input, context) {
      const flow = await findFlow(name);
      if (flow === undefined) throw new NonRetryable(`There is no flow "${name}".`);
      const run = await engine.run(flow, {
        inputs: inputsFor(flow, input),
        trigger: {
          type: "network",
          id: context.pod,
          payload: input.payload as Json,
          eventId: context.id,
          traceparent: context.traceparent,
        },
        idempotencyKey: `${context.id}#${context.attempt}`,
        signal: context.signal,
      });
      if (run.status === "completed") return messageOf(run.outputs);
      throw new Error(
        `The run ${run.id} of ${name} ended as ${run.status}${run.error ? `: ${run.error.message}` : "."}`,
      );
    },
  };
}

/** The fields of the payload that the flow asks for. */
function inputsFor(flow: Flow, { payload }: PodInput): JsonObject {
  if (Array.isArray(payload)) return "partials" in flow.inputs ? { partials: payload as Json } : {};
  const fields = payload as JsonObject;
  return Object.fromEntries(
    Object.keys(flow.inputs)
      .filter((name) => Object.hasOwn(fields, name))
      .map((name) => [name, fields[name]!]),
  );
}

/** A flow without outputs sends an empty message, not nothing: a run took place. */
function messageOf(outputs: Json): Json {
  return typeof outputs === "object" && outputs !== null && !Array.isArray(outputs) ? outputs : { output: outputs };
}
