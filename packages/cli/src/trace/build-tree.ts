import type { RunRecord } from "@pawl/flows";
import { spanIdOf } from "@pawl/hooks/trace";
import type { TraceFacts } from "./gather-trace.ts";
import { messageNode } from "./message-nodes.ts";
import { Places } from "./places.ts";
import { runNode } from "./run-nodes.ts";
import type { TraceNode } from "./trace-node.ts";

/** What is remembered of a trace as trees: one, when all of it began with one thing that is remembered. */
export function buildTree({ runs, messages }: TraceFacts): TraceNode[] {
  const places = new Places();
  const roots: TraceNode[] = [];
  const nodes = runs.map((facts) => ({ run: facts.run, node: runNode(facts, places) }));
  const sent = messages.map((message) => ({ message, node: messageNode(message, places) }));
  for (const { message, node } of sent) {
    const above = places.above(message.traceparent) ?? places.find(`into ${message.correlationId}`);
    (above?.children ?? roots).push(node);
  }
  for (const { run, node } of nodes) {
    const above = callerOf(run, places);
    if (above === undefined) roots.push(withTrigger(run, node));
    else above.children.push(node);
  }
  return roots.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
}

/** The step that called a sub-flow, the pod whose flow it is, or whatever its trace says. */
function callerOf({ parent, trigger, id }: RunRecord, places: Places): TraceNode | undefined {
  if (parent !== undefined) return places.find(spanIdOf(`${parent.runId}:${parent.recordId}`));
  if (trigger.type === "network" && trigger.eventId !== undefined) {
    const pod = places.find(`${trigger.eventId.split("/")[0]} ${trigger.id}`);
    if (pod !== undefined) return pod;
  }
  const above = places.above(trigger.traceparent);
  return above?.id === id ? undefined : above;
}

/** Somebody has to have begun it. */
function withTrigger({ trigger }: RunRecord, node: TraceNode): TraceNode {
  if (trigger.type === "manual") return node;
  const name = trigger.id === undefined || trigger.id === trigger.type ? trigger.type : `${trigger.type} ${trigger.id}`;
  const detail = trigger.eventId === undefined ? {} : { detail: `event ${trigger.eventId}` };
  return { kind: "trigger", name, status: "fired", ...detail, startedAt: trigger.time, children: [node] };
}
