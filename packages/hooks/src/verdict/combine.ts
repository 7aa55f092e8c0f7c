import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInput } from "../events/input.ts";
import type { HookEvent } from "../events/names.ts";
import { canBlock, eventRules } from "../events/rules.ts";
import type { HookSpecificOutput, SyncHookOutput } from "../output/output.ts";
import { specificKeys } from "../output/parse-specific.ts";
import type { PermissionRequestDecision, PermissionUpdate } from "../output/permission.ts";
import type { Mutable } from "../output/problem.ts";
import { decisionOf, isStricter } from "./decision.ts";
import { mergeRewrites } from "./rewrite.ts";
import type { HookReport, Verdict, VerdictDecision } from "./verdict.ts";

/** The keys of `hookSpecificOutput` that the verdict has fields of its own for. */
const understood = new Set([...specificKeys, "decision"]);

/** An output with the name of the hook it comes from. */
export interface NamedOutput {
  readonly name: string;
  readonly output: SyncHookOutput;
}

/**
 * Puts outputs together, in the order in which they are applied. A decision only ever gets stricter, rewrites build on
 * each other, and texts add up, so nothing that comes later can undo a block.
 */
export class Combination {
  /** As rewritten so far. */
  input: HookInput;
  readonly #event: HookEvent;
  readonly #originalInput: HookInput;
  readonly #canBlock: boolean;
  #decision: VerdictDecision = "none";
  #reason: string | undefined;
  #continue = true;
  #stopReason: string | undefined;
  #toolOutput: { readonly value: unknown } | undefined;
  #suppressOutput = false;
  #interrupt = false;
  readonly #permissions: PermissionUpdate[] = [];
  readonly #context: string[] = [];
  readonly #messages: string[] = [];
  #specific: Record<string, unknown> | undefined;
  #diagnostics: Diagnostic[] | undefined;

  constructor(event: HookEvent, input: HookInput) {
    this.#event = event;
    this.#originalInput = input;
    this.input = input;
    this.#canBlock = canBlock(event, input as { source?: unknown });
  }

  /** Whether nothing that could still come would change the outcome. */
  get isDecided(): boolean {
    return this.#decision === "deny" || !this.#continue;
  }

  apply(named: NamedOutput): void {
    this.#applyWords(named);
    const rewrite = this.#rewriteOf(named.output);
    if (rewrite !== undefined) this.#setToolInput(rewrite);
  }

  /** Outputs of hooks that ran at once and saw the same input, in their order of registration. */
  applyAtOnce(group: readonly NamedOutput[]): void {
    const rewrites: Readonly<Record<string, unknown>>[] = [];
    for (const named of group) {
      this.#applyWords(named);
      const rewrite = this.#rewriteOf(named.output);
      if (rewrite !== undefined) rewrites.push(rewrite);
    }
    if (rewrites.length === 0) return;
    const merged = mergeRewrites((this.input as { tool_input?: unknown }).tool_input, rewrites);
    this.#setToolInput(merged.value);
    if (merged.conflicts.length === 0) return;
    this.#warn(
      "rewrite-conflict",
      `Hooks that ran at once changed the same input differently: ${merged.conflicts.join(", ")}. The later one won.`,
    );
  }

  /** A hook that must not fail has failed. */
  refuse(reason: string): void {
    this.#decide("deny", reason);
  }

  warn(diagnostic: Diagnostic): void {
    this.#diagnostics ??= [];
    this.#diagnostics.push(diagnostic);
  }

  verdict(hooks: readonly HookReport[], standing: readonly Diagnostic[]): Verdict {
    const { block } = eventRules[this.#event];
    // Stopping altogether means "do not" where something is about to happen, and "do not go on" where it would.
    const isStopped = !this.#continue && block === "prevent" && this.#canBlock;
    const decision = isStopped ? "deny" : this.#continue || block !== "go-on" ? this.#decision : "none";
    const reason = this.#reason ?? (isStopped ? this.#stopReason : undefined);
    const verdict: Mutable<Verdict> = {
      event: this.#event,
      decision,
      blocked: decision === "deny",
      continue: this.#continue,
      input: this.input,
      originalInput: this.#originalInput,
      additionalContext: this.#context,
      systemMessages: this.#messages,
      suppressOutput: this.#suppressOutput,
      specific: this.#specific ?? {},
      hooks,
      diagnostics: this.#diagnostics ? [...standing, ...this.#diagnostics] : standing,
    };
    if (reason !== undefined) verdict.reason = reason;
    if (this.#stopReason !== undefined) verdict.stopReason = this.#stopReason;
    if (this.#toolOutput !== undefined) verdict.toolOutput = this.#toolOutput.value;
    const permission = this.#permission(decision, reason);
    if (permission !== undefined) verdict.permission = permission;
    return verdict;
  }

  /** Everything but the rewrite of the tool's input. */
  #applyWords({ name, output }: NamedOutput): void {
    const { decision, reason } = decisionOf(output, this.#event);
    if (decision !== "none") this.#obey(name, decision, reason);
    if (output.continue === false && this.#continue) {
      this.#continue = false;
      this.#stopReason = output.stopReason;
    }
    if (output.systemMessage !== undefined) this.#messages.push(output.systemMessage);
    if (output.suppressOutput === true) this.#suppressOutput = true;
    if (output.hookSpecificOutput !== undefined) this.#applySpecific(output.hookSpecificOutput);
  }

  #obey(name: string, decision: VerdictDecision, reason: string | undefined): void {
    const hasMeaning = decision === "deny" ? this.#canBlock : eventRules[this.#event].permission === true;
    if (hasMeaning) this.#decide(decision, reason);
    else {
      const wanted = decision === "deny" ? "block" : decision;
      this.#warn("decision-not-obeyed", `${name} said ${wanted}, which has no effect on ${this.#event}.`);
    }
  }

  #decide(decision: VerdictDecision, reason: string | undefined): void {
    if (decision === "deny" && !this.#canBlock) return;
    if (!isStricter(decision, this.#decision)) return;
    this.#decision = decision;
    this.#reason = reason;
  }

  #applySpecific(specific: HookSpecificOutput): void {
    if (specific.additionalContext) this.#context.push(specific.additionalContext);
    this.#applyPermission(specific.decision);
    if (this.#event === "PostToolUse") this.#applyToolOutput(specific);
    for (const key of Object.keys(specific)) {
      if (understood.has(key)) continue;
      this.#specific ??= {};
      Object.defineProperty(this.#specific, key, { value: specific[key], enumerable: true, configurable: true });
    }
  }

  #applyPermission(decision: PermissionRequestDecision | undefined): void {
    if (decision?.behavior === "deny") this.#interrupt ||= decision.interrupt === true;
    else if (decision?.updatedPermissions) this.#permissions.push(...decision.updatedPermissions);
  }

  #applyToolOutput(specific: HookSpecificOutput): void {
    const input = this.input as { readonly tool_name?: unknown };
    const isMcp = typeof input.tool_name === "string" && input.tool_name.startsWith("mcp__");
    const key = "updatedToolOutput" in specific ? "updatedToolOutput" : "updatedMCPToolOutput";
    if (!(key in specific) || (key === "updatedMCPToolOutput" && !isMcp)) return;
    this.#toolOutput = { value: specific[key] };
    this.input = { ...this.input, tool_response: specific[key] } as HookInput;
  }

  #rewriteOf(output: SyncHookOutput): Readonly<Record<string, unknown>> | undefined {
    const specific = output.hookSpecificOutput;
    if (specific === undefined) return undefined;
    if (this.#event === "PreToolUse") return specific.updatedInput;
    if (this.#event !== "PermissionRequest") return undefined;
    return specific.decision?.behavior === "allow" ? specific.decision.updatedInput : undefined;
  }

  #setToolInput(toolInput: Readonly<Record<string, unknown>>): void {
    this.input = { ...this.input, tool_input: toolInput } as HookInput;
  }

  #permission(decision: VerdictDecision, reason: string | undefined): PermissionRequestDecision | undefined {
    if (this.#event !== "PermissionRequest") return undefined;
    if (decision === "deny") {
      const message = reason === undefined ? {} : { message: reason };
      return { behavior: "deny", ...message, ...(this.#interrupt ? { interrupt: true } : {}) };
    }
    if (decision !== "allow") return undefined;
    const { tool_input } = this.input as { readonly tool_input?: Readonly<Record<string, unknown>> };
    return {
      behavior: "allow",
      ...(this.input !== this.#originalInput && tool_input ? { updatedInput: tool_input } : {}),
      ...(this.#permissions.length > 0 ? { updatedPermissions: this.#permissions } : {}),
    };
  }

  #warn(code: string, message: string): void {
    this.warn({ code, severity: "warning", message });
  }
}
