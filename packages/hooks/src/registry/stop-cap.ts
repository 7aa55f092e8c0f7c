import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInput } from "../events/input.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** How often in a row hooks may keep an agent from stopping. */
export const maxStopBlocks = 8;
const maxSessions = 1_000;

/** Counts, per session and agent, how often in a row hooks made it go on, and ends it when that is too often. */
export class StopCap {
  readonly #counts = new Map<string, number>();

  apply(verdict: Verdict): Verdict {
    const { input } = verdict;
    const key = keyOf(input);
    if (key === undefined) return verdict;
    if (!verdict.blocked) {
      this.#counts.delete(key);
      return verdict;
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    if (count > maxStopBlocks) return released(verdict);
    if (this.#counts.size >= maxSessions) this.#counts.delete(this.#counts.keys().next().value!);
    this.#counts.set(key, count);
    return verdict;
  }
}

function keyOf(input: HookInput): string | undefined {
  if (input.hook_event_name === "Stop") return `${input.session_id}\n${input.agent_id ?? ""}`;
  if (input.hook_event_name === "SubagentStop") return `${input.session_id}\n${input.agent_id}`;
  return undefined;
}

function released(verdict: Verdict): Verdict {
  const told: Diagnostic = {
    code: "stop-block-cap",
    severity: "warning",
    message: `Hooks kept the agent from stopping ${maxStopBlocks} times in a row; this time it may stop.`,
  };
  return { ...verdict, decision: "none", blocked: false, diagnostics: [...verdict.diagnostics, told] };
}
