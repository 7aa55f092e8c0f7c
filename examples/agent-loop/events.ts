import {
  type ConfigChangeSource,
  type HookEvent,
  type HookInputFor,
  type HookRegistry,
  type HookSession,
  type SessionStartSource,
  sessionInput,
  type Verdict,
} from "@pawl/hooks";

type Own<E extends HookEvent> = Omit<HookInputFor<E>, "session_id" | "transcript_path" | "cwd" | "hook_event_name">;

/** The events of one session that are not about a tool. */
export class SessionEvents {
  readonly registry: HookRegistry;
  readonly session: HookSession;

  constructor(registry: HookRegistry, session: HookSession) {
    this.registry = registry;
    this.session = session;
  }

  setup(): Promise<Verdict> {
    return this.fire("Setup", { trigger: "init" });
  }

  sessionStart(source: SessionStartSource): Promise<Verdict> {
    return this.fire("SessionStart", { source });
  }

  sessionEnd(reason: string): Promise<Verdict> {
    return this.fire("SessionEnd", { reason });
  }

  prompt(prompt: string): Promise<Verdict> {
    return this.fire("UserPromptSubmit", { prompt });
  }

  stop(isGoingOn: boolean, lastMessage: string): Promise<Verdict> {
    return this.fire("Stop", { stop_hook_active: isGoingOn, last_assistant_message: lastMessage });
  }

  notify(message: string, type: string): Promise<Verdict> {
    return this.fire("Notification", { message, notification_type: type });
  }

  preCompact(): Promise<Verdict> {
    return this.fire("PreCompact", { trigger: "auto", custom_instructions: null });
  }

  taskCompleted(id: string, subject: string): Promise<Verdict> {
    return this.fire("TaskCompleted", { task_id: id, task_subject: subject });
  }

  teammateIdle(name: string): Promise<Verdict> {
    return this.fire("TeammateIdle", { teammate_name: name, team_name: "main" });
  }

  configChange(source: ConfigChangeSource, file: string): Promise<Verdict> {
    return this.fire("ConfigChange", { source, file_path: file });
  }

  subagentStart(agent: { id: string; type: string }): Promise<Verdict> {
    return this.fire("SubagentStart", { agent_id: agent.id, agent_type: agent.type });
  }

  subagentStop(agent: { id: string; type: string }, isGoingOn: boolean, lastMessage: string): Promise<Verdict> {
    return this.fire("SubagentStop", {
      stop_hook_active: isGoingOn,
      agent_id: agent.id,
      agent_type: agent.type,
      agent_transcript_path: "",
      last_assistant_message: lastMessage,
    });
  }

  async fire<E extends HookEvent>(event: E, fields: Own<E>): Promise<Verdict> {
    const input = { ...sessionInput(this.session), ...fields } as unknown as HookInputFor<E>;
    const verdict: Verdict = await this.registry.run(event, input);
    this.session.onVerdict?.(verdict);
    return verdict;
  }
}
