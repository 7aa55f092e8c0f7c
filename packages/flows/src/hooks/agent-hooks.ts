import type { HookRegistry, Verdict } from "@pawl/hooks";
import type { EventLog, NewEvent } from "../events/event-log.ts";
import type { EventType } from "../events/event-types.ts";
import type { NodeResult } from "../nodes/node.ts";
import { noteVerdict } from "./note-verdict.ts";
import type { StepInputs } from "./step-hook.ts";
import type { ToolUse, ToolUseHost, ToolVerdict } from "./tool-use.ts";

export interface AgentHooksOptions {
  /** The hooks as they are now; they may change while runs are open. */
  readonly registry: () => HookRegistry;
  readonly projectDir: string;
}

/** Flows as a host of lifecycle hooks: a step is the use of a tool, and a run is a session. */
export interface AgentHooks {
  readonly toolUse: ToolUseHost;
  /** Fires the session events of the runs that are executed in this process. @returns the undo */
  follow(events: EventLog): () => void;
  /** Resolves when no session event is on its way any more. */
  settled(): Promise<void>;
}

export function createAgentHooks({ registry, projectDir }: AgentHooksOptions): AgentHooks {
  const open = new Set<Promise<unknown>>();
  const fireSessionEvent = (event: NewEvent): void => {
    const firing = sessionEvent(event, registry(), projectDir);
    if (!firing) return;
    open.add(firing);
    void firing.finally(() => open.delete(firing));
  };
  return {
    toolUse: {
      before: (use) => before(use, registry(), projectDir),
      after: (use, result) => after(use, result, registry(), projectDir),
      isUsed: () => toolEvents.some((event) => registry().hasHooks(event)),
    },
    follow: (events) => events.subscribe(fireSessionEvent),
    async settled() {
      while (open.size > 0) await Promise.all(open);
    },
  };
}

const toolEvents = ["PreToolUse", "PostToolUse", "PostToolUseFailure"] as const;

async function before(use: ToolUse, registry: HookRegistry, projectDir: string): Promise<ToolVerdict | undefined> {
  if (!registry.hasHooks("PreToolUse")) return undefined;
  const { signal, traceparent } = use.context;
  const verdict = await registry.run("PreToolUse", callOf(use, projectDir), { signal, traceparent });
  noteVerdict(use, verdict);
  return toolVerdict(verdict, use);
}

function toolVerdict(verdict: Verdict<"PreToolUse">, use: ToolUse): ToolVerdict {
  if (verdict.blocked) return { decision: "deny", reason: verdict.reason ?? "A hook does not allow this step." };
  const changed = verdict.input.tool_input as StepInputs;
  const inputs = changed === use.inputs ? {} : { inputs: changed };
  if (verdict.decision === "ask" || verdict.decision === "defer") {
    return { decision: "ask", message: verdict.reason ?? `Run ${use.step.uses}?`, ...inputs };
  }
  return { decision: "allow", ...inputs };
}

async function after(use: ToolUse, result: NodeResult, registry: HookRegistry, projectDir: string): Promise<void> {
  const event = result.status === "failed" ? "PostToolUseFailure" : "PostToolUse";
  if (!registry.hasHooks(event)) return;
  const call = callOf(use, projectDir);
  const { traceparent } = use.context;
  if (event === "PostToolUse") {
    noteVerdict(use, await registry.run(event, { ...call, tool_response: result.output }, { traceparent }));
  } else {
    const error = result.error?.message ?? "The step failed.";
    const input = { ...call, error, is_interrupt: use.context.signal.aborted };
    noteVerdict(use, await registry.run(event, input, { traceparent }));
  }
}

function callOf({ context, step, inputs }: ToolUse, cwd: string) {
  return {
    session_id: context.runId,
    transcript_path: "",
    cwd,
    tool_name: step.uses,
    tool_input: inputs as unknown,
    tool_use_id: `${context.runId}:${context.recordId}`,
  };
}

const sessionEvents: Partial<Record<EventType, "SessionStart" | "SessionEnd" | "Notification">> = {
  "run-started": "SessionStart",
  "run-resumed": "SessionStart",
  "run-waiting": "Notification",
  "run-ended": "SessionEnd",
};

function sessionEvent(event: NewEvent, registry: HookRegistry, cwd: string): Promise<unknown> | undefined {
  const { type, runId, flow = "a flow", data } = event;
  const name = sessionEvents[type];
  if (runId === undefined || name === undefined || !registry.hasHooks(name)) return undefined;
  const session = { session_id: runId, transcript_path: "", cwd };
  if (type === "run-started")
    return registry.run("SessionStart", { ...session, source: "startup", session_title: flow });
  if (type === "run-resumed")
    return registry.run("SessionStart", { ...session, source: "resume", session_title: flow });
  if (type === "run-ended") return registry.run("SessionEnd", { ...session, reason: statusOf(data) });
  const message = `${flow} waits for a person: pawl show ${runId}`;
  return registry.run("Notification", { ...session, message, title: flow, notification_type: "run_waiting" });
}

function statusOf(data: NewEvent["data"]): string {
  const status = typeof data === "object" && data !== null && "status" in data ? data.status : undefined;
  return typeof status === "string" ? status : "other";
}
