import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInputOf } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import type { Outcome, SkipReason } from "../guard/outcome.ts";
import type { HookOutput } from "../output/output.ts";
import type { OutputWarning } from "../output/parse-output.ts";
import type { PermissionDecision, PermissionRequestDecision } from "../output/permission.ts";

export type VerdictDecision = "none" | PermissionDecision;

/** What became of one hook. Every hook of the event has one, so that nobody has to guess why it did not run. */
export interface HookReport {
  readonly name: string;
  /** The file it comes from, with the line where there is one: `hooks/guard-rm/HOOK.md`, `settings.json:12`. */
  readonly source?: string;
  readonly status: Outcome<unknown>["status"];
  /** Why it was skipped. */
  readonly reason?: SkipReason;
  /** One sentence: the error, or what was missing. */
  readonly detail?: string;
  readonly durationMs: number;
  readonly output?: HookOutput;
  /** Whether it goes on working while the host does. */
  readonly isBackground?: boolean;
  /** What in its output was probably not meant so. */
  readonly warnings?: readonly OutputWarning[];
}

/** What all hooks of one event said, combined. */
export interface Verdict<E extends HookEvent = HookEvent> {
  readonly event: E;
  /** The strictest: deny, defer, ask, allow, none. */
  readonly decision: VerdictDecision;
  /** Whether the event is blocked: what was about to happen must not, or (`Stop`) the agent must go on. */
  readonly blocked: boolean;
  /** Why, in the words of the first hook that took the decision. */
  readonly reason?: string;
  /** `false`: the agent stops altogether; this beats the decision. */
  readonly continue: boolean;
  readonly stopReason?: string;
  /** The whole input as rewritten by the hooks. */
  readonly input: HookInputOf<E>;
  readonly originalInput: HookInputOf<E>;
  /** What the model sees in place of the tool's result; absent when no hook replaced it. */
  readonly toolOutput?: unknown;
  /** Texts for the model, in order. */
  readonly additionalContext: readonly string[];
  /** Texts for the person, in order. */
  readonly systemMessages: readonly string[];
  readonly suppressOutput: boolean;
  /** The answer to a `PermissionRequest`. */
  readonly permission?: PermissionRequestDecision;
  /** What hooks said that only some hosts understand: `sessionTitle`, `watchPaths`, `worktreePath`, … The later wins. */
  readonly specific: Readonly<Record<string, unknown>>;
  readonly hooks: readonly HookReport[];
  /** What was wrong with hooks or their outputs without being an error of one hook. */
  readonly diagnostics: readonly Diagnostic[];
}
