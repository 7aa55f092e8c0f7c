import type { BaseHookInput, HookInputFor } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import type { HookRegistry } from "../registry/registry.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { ToolBlockedError } from "./tool-blocked-error.ts";

/** One agent's session, as its hooks see it. */
export interface HookSession {
  readonly sessionId: string;
  /** Default: the current folder. */
  readonly cwd?: string;
  /** Default: none. */
  readonly transcriptPath?: string;
  readonly permissionMode?: string;
  /** Set inside a subagent. */
  readonly agentId?: string;
  readonly agentType?: string;
  /** Whether a call needs a permission that no hook has given. Default: only when a hook says `ask`. */
  readonly needsPermission?: (request: ToolRequest) => boolean;
  /** Asks the person. Without it, what nobody allowed is refused. */
  readonly ask?: (request: ToolRequest) => Promise<boolean> | boolean;
  /** Told every verdict: for its texts, and for `continue: false`. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

export interface ToolRequest {
  readonly toolName: string;
  readonly toolInput: unknown;
  readonly toolUseId: string;
  /** Why the person is asked. */
  readonly reason?: string;
}

type Execute = (input: unknown, options: unknown) => unknown;

/**
 * Wraps tools as the AI SDK has them, `{ execute(input, { toolCallId, abortSignal }) }`, so that hooks meet every call:
 * `PreToolUse` and, where a permission is needed, `PermissionRequest` before it; `PostToolUse` or `PostToolUseFailure`
 * after it. A refused call throws `ToolBlockedError`, which the model sees as the tool's error.
 */
export function hookTools<T extends Readonly<Record<string, object>>>(
  tools: T,
  registry: HookRegistry,
  session: HookSession,
): T {
  const wrapped = Object.entries(tools).map(([name, tool]) => {
    const { execute } = tool as { readonly execute?: Execute };
    if (typeof execute !== "function") return [name, tool];
    const call: Execute = (input, options) =>
      new ToolCall(name, registry, session, options).run(input, (final) => execute.call(tool, final, options));
    return [name, { ...tool, execute: call }];
  });
  return Object.fromEntries(wrapped) as T;
}

/** The base fields of a session's inputs. */
export function sessionInput(session: HookSession): BaseHookInput {
  return {
    session_id: session.sessionId,
    transcript_path: session.transcriptPath ?? "",
    cwd: session.cwd ?? process.cwd(),
    ...(session.permissionMode === undefined ? {} : { permission_mode: session.permissionMode }),
    ...(session.agentId === undefined ? {} : { agent_id: session.agentId }),
    ...(session.agentType === undefined ? {} : { agent_type: session.agentType }),
  };
}

class ToolCall {
  readonly #name: string;
  readonly #registry: HookRegistry;
  readonly #session: HookSession;
  readonly #id: string;
  readonly #signal: AbortSignal | undefined;

  constructor(name: string, registry: HookRegistry, session: HookSession, options: unknown) {
    const given = (options ?? {}) as { readonly toolCallId?: unknown; readonly abortSignal?: AbortSignal };
    this.#name = name;
    this.#registry = registry;
    this.#session = session;
    this.#id = typeof given.toolCallId === "string" ? given.toolCallId : crypto.randomUUID();
    this.#signal = given.abortSignal;
  }

  async run(input: unknown, execute: (input: unknown) => unknown): Promise<unknown> {
    const allowed = await this.#before(input);
    let output: unknown;
    try {
      output = await lastOf(await execute(allowed));
    } catch (error) {
      await this.#failed(allowed, error);
      throw error;
    }
    return this.#after(allowed, output);
  }

  /** @throws ToolBlockedError */
  async #before(input: unknown): Promise<unknown> {
    const verdict = await this.#fire("PreToolUse", { ...this.#call(input), tool_use_id: this.#id });
    if (verdict.blocked || !verdict.continue) throw new ToolBlockedError(this.#name, verdict);
    const { tool_input } = verdict.input;
    const request = this.#request(tool_input, verdict.reason);
    if (verdict.decision === "allow") return tool_input;
    const isAsked = verdict.decision === "ask" || verdict.decision === "defer";
    if (!isAsked && this.#session.needsPermission?.(request) !== true) return tool_input;
    return this.#askFor(request, verdict);
  }

  async #askFor(request: ToolRequest, before: Verdict): Promise<unknown> {
    // Deferred means that the host decides, and no further hook.
    if (before.decision !== "defer") {
      const verdict = await this.#fire("PermissionRequest", this.#call(request.toolInput));
      if (verdict.blocked || !verdict.continue) throw new ToolBlockedError(this.#name, verdict);
      if (verdict.decision === "allow") return verdict.input.tool_input;
    }
    if ((await this.#session.ask?.(request)) === true) return request.toolInput;
    throw new ToolBlockedError(this.#name, before, request.reason ?? "The permission was not given.");
  }

  async #after(input: unknown, output: unknown): Promise<unknown> {
    const fields = { ...this.#call(input), tool_response: output, tool_use_id: this.#id };
    const verdict = await this.#fire("PostToolUse", fields);
    const shown = "toolOutput" in verdict ? verdict.toolOutput : output;
    if (!verdict.blocked) return shown;
    const feedback = verdict.reason ?? "A hook objects to this result.";
    return typeof shown === "string" ? `${shown}\n\n${feedback}` : { result: shown, feedback };
  }

  async #failed(input: unknown, error: unknown): Promise<void> {
    await this.#fire("PostToolUseFailure", {
      ...this.#call(input),
      tool_use_id: this.#id,
      error: error instanceof Error ? error.message : String(error),
      is_interrupt: this.#signal?.aborted ?? false,
    });
  }

  #call(input: unknown): { readonly tool_name: string; readonly tool_input: unknown } {
    return { tool_name: this.#name, tool_input: input };
  }

  #request(toolInput: unknown, reason: string | undefined): ToolRequest {
    return { toolName: this.#name, toolInput, toolUseId: this.#id, ...(reason === undefined ? {} : { reason }) };
  }

  async #fire<E extends HookEvent>(
    event: E,
    fields: Omit<HookInputFor<E>, keyof BaseHookInput | "hook_event_name">,
  ): Promise<Verdict<E>> {
    const input = { ...sessionInput(this.#session), ...fields } as unknown as HookInputFor<E>;
    const verdict = await this.#registry.run(event, input, { signal: this.#signal });
    this.#session.onVerdict?.(verdict);
    return verdict;
  }
}

/** A tool that streams has its last value for a result. */
async function lastOf(output: unknown): Promise<unknown> {
  if (typeof output !== "object" || output === null || !(Symbol.asyncIterator in output)) return output;
  let last: unknown;
  for await (const value of output as AsyncIterable<unknown>) last = value;
  return last;
}
