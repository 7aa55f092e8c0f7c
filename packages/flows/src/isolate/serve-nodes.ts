import { createLogger, systemClock } from "@pawl/hooks/guard";
import { type InsideCall, serveIsolate } from "@pawl/hooks/isolate";
import type { ChildResult } from "@pawl/hooks/process";
import { jsonOf } from "../execution/json-value.ts";
import { issuesText } from "../execution/records/step-inputs.ts";
import type { Json } from "../json.ts";
import { type InputSchema, type NodeContext, type NodeDefinition, NodeError, NodeResult } from "../nodes/node.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { NodeAnswer, NodeCall, NodeNote, NodeProgramStart, OwnPrefixAsk, StateAsk } from "./protocol.ts";

/** The main function of the thread or process in which nodes of a project run apart from all else. */
export function serveNodes(
  load: (start: NodeProgramStart) => Promise<{ readonly nodes: NodeRegistry }>,
): Promise<void> {
  return serveIsolate(async ({ data }) => {
    const start = data as NodeProgramStart;
    const { nodes } = await load(start);
    const call = start.plugin === undefined ? run : runChecked;
    return async ({ node: name, input, context }: NodeCall, inside: InsideCall) => {
      const definition = await nodes.find(name);
      if (definition === undefined) {
        throw new NodeError(`The isolated project has no node "${name}".`, { code: "isolate-unavailable" });
      }
      return call(definition, { input, context }, inside);
    };
  });
}

type Given = Pick<NodeCall, "input" | "context">;

async function run(definition: NodeDefinition, { input, context }: Given, inside: InsideCall): Promise<NodeAnswer> {
  const metrics: Record<string, unknown> = {};
  const value = await definition.run(input, insideContext(context, metrics, inside));
  return answerOf(value, metrics);
}

/** The schemas of an isolated plugin are here only: outside, inputs were checked by their description. */
async function runChecked(definition: NodeDefinition, given: Given, inside: InsideCall): Promise<NodeAnswer> {
  const { name, output } = definition;
  const checked = await definition.input["~standard"].validate(given.input);
  if (checked.issues !== undefined) {
    const message = `${name} cannot take these inputs: ${issuesText(checked.issues)}.`;
    throw new NodeError(message, { code: "invalid-input" });
  }
  const answer = await run(definition, { ...given, input: checked.value }, inside);
  const isSuccess = answer.result === undefined || answer.result.status === "success";
  return output !== undefined && isSuccess ? withOutput(name, output, answer) : answer;
}

async function withOutput(name: string, schema: InputSchema<unknown>, answer: NodeAnswer): Promise<NodeAnswer> {
  const { result, value } = answer;
  const output = result === undefined ? (value as Json) : result.output;
  const checked = await schema["~standard"].validate(output);
  if (checked.issues !== undefined) {
    const message = `The output of ${name} is not what it promises: ${issuesText(checked.issues)}.`;
    throw new NodeError(message, { code: "invalid-result", output });
  }
  const made = jsonOf(checked.value);
  return result === undefined ? { ...answer, value: made } : { ...answer, result: { ...result, output: made } };
}

function answerOf(value: unknown, written: Readonly<Record<string, unknown>>): NodeAnswer {
  const metrics = plain(written);
  if (!(value instanceof NodeResult)) return { value: value === undefined ? null : jsonOf(value), metrics };
  const { status, output, error } = value;
  return { result: { status, output: jsonOf(output), error, metrics: plain(value.metrics) }, metrics };
}

/** Metrics are anybody's; what cannot be sent is left out. */
function plain(metrics: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => isPlain(value)));
}

function isPlain(value: unknown): boolean {
  try {
    jsonOf(value);
    return true;
  } catch {
    return false;
  }
}

/** A context whose effects happen outside, where the run is. */
function insideContext(
  sent: NodeCall["context"],
  metrics: Record<string, unknown>,
  { signal, note, ask }: InsideCall,
): NodeContext {
  const tell = (one: NodeNote) => note(one);
  return {
    ...sent,
    metrics,
    signal,
    clock: systemClock,
    log: createLogger((level, message, fields) => {
      const shown = fields === undefined ? undefined : plain(fields);
      tell({ kind: "log", level, message, fields: shown });
    }),
    progress: (current, total) => tell({ kind: "progress", current, total }),
    maskValue: (value) => tell({ kind: "secret", value }),
    state: {
      get: (key) => ask<Json | undefined>("state.get", { key } satisfies StateAsk),
      set: (key, value) => ask("state.set", { key, value } satisfies StateAsk),
      delete: (key) => ask("state.delete", { key } satisfies StateAsk),
    },
    evaluate() {
      throw new NodeError("An isolated node cannot evaluate templates.", { code: "isolate-unavailable" });
    },
    ownPrefix: (input) => ask<string>("own-prefix", { input } satisfies OwnPrefixAsk),
    async runChild({
      onStdout,
      onStderr,
      signal: _,
      ...options
    }: Parameters<NodeContext["runChild"]>[0] & { signal?: unknown }) {
      const result = await ask<ChildResult>("run-child", options);
      onStdout?.(result.stdout);
      onStderr?.(result.stderr);
      return result;
    },
  };
}
