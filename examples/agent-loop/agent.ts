import { type HookRegistry, type HookSession, hookTools, type Verdict } from "@pawl/hooks";
import { generateText, type LanguageModel, type ModelMessage, type ToolSet } from "ai";
import { SessionEvents } from "./events.ts";

export interface AgentOptions {
  readonly model: LanguageModel;
  readonly registry: HookRegistry;
  readonly session: HookSession;
  readonly tools: ToolSet;
  /** Messages beyond which older ones are put away. Default: 40. */
  readonly maxMessages?: number;
  /** Set for a subagent, whose end is another event. */
  readonly subagent?: { readonly id: string; readonly type: string };
  readonly maxTurns?: number;
}

export interface AgentResult {
  readonly text: string;
  readonly stopped: "finished" | "blocked" | "by-hook" | "too-many-turns";
}

/** Talks to the model until it has nothing more to do and no hook wants it to go on. */
export async function runAgent(prompt: string, options: AgentOptions): Promise<AgentResult> {
  const events = new SessionEvents(options.registry, options.session);
  const submitted = options.subagent ? await events.subagentStart(options.subagent) : await events.prompt(prompt);
  if (submitted.blocked) return { text: submitted.reason ?? "", stopped: "blocked" };
  const talk = new Talk(events, options);
  talk.say(prompt, submitted);
  return talk.run();
}

class Talk {
  #messages: ModelMessage[] = [];
  #isGoingOn = false;
  #isStopped = false;
  readonly #events: SessionEvents;
  readonly #options: AgentOptions;
  readonly #tools: ToolSet;

  constructor(events: SessionEvents, options: AgentOptions) {
    const { registry, session, tools } = options;
    this.#events = events;
    this.#options = options;
    const onVerdict = (verdict: Verdict): void => {
      this.#isStopped ||= !verdict.continue;
      session.onVerdict?.(verdict);
    };
    this.#tools = hookTools(tools, registry, { ...session, onVerdict });
  }

  say(text: string, verdict: Verdict): void {
    this.#messages.push({ role: "user", content: [text, ...verdict.additionalContext].join("\n\n") });
  }

  async run(): Promise<AgentResult> {
    const { model, maxTurns = 30 } = this.#options;
    for (let turn = 0; turn < maxTurns; turn++) {
      await this.#compact();
      const result = await generateText({ model, messages: this.#messages, tools: this.#tools });
      this.#messages.push(...result.response.messages);
      if (this.#isStopped) return { text: result.text, stopped: "by-hook" };
      if (result.toolCalls.length > 0) continue;
      const verdict = await this.#stop(result.text);
      if (!verdict.blocked) return { text: result.text, stopped: "finished" };
      this.#isGoingOn = true;
      this.say(verdict.reason ?? "Go on.", verdict);
    }
    return { text: "", stopped: "too-many-turns" };
  }

  #stop(text: string): Promise<Verdict> {
    const { subagent } = this.#options;
    return subagent
      ? this.#events.subagentStop(subagent, this.#isGoingOn, text)
      : this.#events.stop(this.#isGoingOn, text);
  }

  /** Puts older messages away, unless a hook wants them kept. */
  async #compact(): Promise<void> {
    const limit = this.#options.maxMessages ?? 40;
    if (this.#messages.length <= limit) return;
    const verdict = await this.#events.preCompact();
    if (verdict.blocked) return;
    const [first, ...rest] = this.#messages;
    // A tool's answer needs the call before it, so the cut is made before a message of the model's.
    const cut = rest.findIndex((message, index) => message.role === "assistant" && rest.length - index <= limit / 2);
    this.#messages = [first!, ...rest.slice(Math.max(0, cut))];
  }
}
