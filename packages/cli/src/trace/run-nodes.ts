import { beganAt, type JsonObject, type LoggedEvent, type RunRecord, type StepRecord } from "@pawl/flows";
import { spanIdOf } from "@pawl/hooks/trace";
import type { RunFacts } from "./gather-trace.ts";
import type { Places } from "./places.ts";
import type { TraceNode } from "./trace-node.ts";

/** A run with its steps, each in the container it stands in, with its hooks and attempts. */
export function runNode({ run, steps, events }: RunFacts, places: Places): TraceNode {
  const node: TraceNode = {
    kind: "run",
    name: run.flow,
    id: run.id,
    status: run.status,
    ...detailOf(run),
    startedAt: run.startedAt ?? run.createdAt,
    ...took(run.startedAt, run.endedAt),
    children: [],
  };
  places.put(spanIdOf(run.id), node);
  const records = new Map<string, TraceNode>();
  for (const step of steps) {
    const own = stepNode(
      step,
      events.filter((event) => event.recordId === step.id),
    );
    records.set(step.id, own);
    const span = `${run.id}:${step.id}`;
    places.put(spanIdOf(span), own);
    for (let number = 1; number <= step.attempts.length + 1; number++) places.put(spanIdOf(`${span}/${number}`), own);
  }
  for (const [id, own] of records) (containerOf(id, records) ?? node).children.push(own);
  return node;
}

function detailOf({ error, starts, trigger }: RunRecord): { detail?: string } {
  const resumed = starts > 1 ? [`resumed ${starts - 1} ${starts === 2 ? "time" : "times"}`] : [];
  const repeats = trigger.replay === undefined ? [] : [`replay of ${trigger.replay.of} from ${trigger.replay.from}`];
  const failed = error === undefined ? [] : [error.message];
  const all = [...repeats, ...resumed, ...failed];
  return all.length === 0 ? {} : { detail: all.join("; ") };
}

function took(from: number | undefined, to: number | undefined): { durationMs?: number } {
  return from === undefined || to === undefined ? {} : { durationMs: Math.max(0, to - from) };
}

/** `group` of `group.child`, `each[1]` of `each[1].inner`: the longest record that the id goes on from. */
function containerOf(id: string, records: ReadonlyMap<string, TraceNode>): TraceNode | undefined {
  for (let at = id.lastIndexOf("."); at > 0; at = id.lastIndexOf(".", at - 1)) {
    const found = records.get(id.slice(0, at));
    if (found !== undefined) return found;
  }
  return undefined;
}

function stepNode(step: StepRecord, events: readonly LoggedEvent[]): TraceNode {
  const { id, status, error, reason, attempts, endedAt } = step;
  const startedAt = beganAt(step);
  const detail = error?.message ?? reason;
  return {
    kind: "step",
    name: id,
    status,
    ...(detail === undefined ? {} : { detail }),
    startedAt,
    ...(status === "skipped" ? {} : took(startedAt, endedAt)),
    ...(attempts.length > 1 ? { attempts: attempts.length } : {}),
    children: [...step.hooks.map(stepHookNode), ...events.flatMap(verdictNodes), ...attemptNodes(step)],
  };
}

function stepHookNode({ name, error }: StepRecord["hooks"][number]): TraceNode {
  const said = error === undefined ? { status: "ok" } : { status: "failed", detail: error };
  return { kind: "hook", name, ...said, children: [] };
}

/** What lifecycle hooks of agents said to the step, as it was written into the log. */
function verdictNodes({ type, data, time }: LoggedEvent): TraceNode[] {
  const { event, hooks } = (data ?? {}) as JsonObject;
  if (type !== "hooks-ran" || !Array.isArray(hooks)) return [];
  return hooks.map((hook) => {
    const { name, status, decision, rewritten, durationMs, detail } = hook as JsonObject;
    const verdict = [decision, rewritten === true ? "rewrote the inputs" : undefined].filter(Boolean).join(", ");
    return {
      kind: "hook",
      name: `${event} ${name}`,
      status: verdict === "" ? String(status) : verdict,
      ...(typeof detail === "string" ? { detail } : {}),
      startedAt: time,
      ...(typeof durationMs === "number" ? { durationMs } : {}),
      children: [],
    };
  });
}

/** A single attempt is the step itself. */
function attemptNodes({ attempts }: StepRecord): TraceNode[] {
  if (attempts.length < 2) return [];
  return attempts.map(({ number, startedAt, endedAt, error }) => ({
    kind: "attempt",
    name: `attempt ${number}`,
    status: error === undefined ? "completed" : "failed",
    ...(error === undefined ? {} : { detail: error.message }),
    startedAt,
    ...took(startedAt, endedAt),
    children: [],
  }));
}
