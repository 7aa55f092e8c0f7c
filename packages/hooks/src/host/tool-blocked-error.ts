import type { Verdict } from "../verdict/verdict.ts";

/** A tool call that hooks, or the person who was asked, did not allow. Its message is for the model. */
export class ToolBlockedError extends Error {
  override readonly name = "ToolBlockedError";
  readonly code = "tool-blocked";
  readonly toolName: string;
  readonly verdict: Verdict;

  constructor(toolName: string, verdict: Verdict, reason: string | undefined = verdict.reason ?? verdict.stopReason) {
    super(reason ?? `${toolName} is not allowed.`);
    this.toolName = toolName;
    this.verdict = verdict;
  }
}
