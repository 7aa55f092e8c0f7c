import { createLogger, systemClock } from "@pawl/hooks/guard";
import { type InsideCall, serveIsolate } from "@pawl/hooks/isolate";
import type { ChildResult } from "@pawl/hooks/process";
import { jsonOf } from "../execution/json-value.ts";
import type { Json } from "../json.ts";
import { type NodeContext, NodeError, NodeResult } from "../nodes/node.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { NodeAnswer, NodeCall, NodeNote, NodeProgramStart, OwnPrefixAsk, StateAsk } from "./protocol.ts";

/** The main function of the thread or process in which nodes of a project run apart from all else. */
export function serveNodes(load: (projectDir: string) => Promise<{ readonly nodes: NodeRegistry }>): Promise<void> {
  return serveIsolate(async ({ data }) => {
    const { nodes } = await load((data as NodeProgramStart).projectDir);
    return (call: NodeCall, inside: InsideCall) => run(nodes, call, inside);
  });
}

async function run(nodes: NodeRegistry, { node: name, input, context }: NodeCall, inside: InsideCall) {
  const definition = await nodes.find(name);
  if (definition === undefined) {
    throw new NodeError(`The isolated project has no node "${name}".`, { code: "isolate-unavailable" });
  }
  const metrics: Record<string, unknown> = {};
  const value = await definition.run(input, insideContext(context, metrics, inside));
  return answerOf(value, metrics);
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
