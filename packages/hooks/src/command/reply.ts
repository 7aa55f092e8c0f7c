import type { HookEvent } from "../events/names.ts";
import { eventRules } from "../events/rules.ts";
import type { HookOutput, SyncHookOutput } from "../output/output.ts";
import { parseHookOutput } from "../output/parse-output.ts";
import { decisionOf } from "../verdict/decision.ts";
import { CommandError } from "./errors.ts";

/** What a program left: the raw material of an answer. */
export interface CommandRun {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const blockCode = 2;

/**
 * Reads the exit-code protocol: 0 answers on standard output, 2 blocks, anything else has failed unless a decision was
 * printed.
 * @throws CommandError `exit-code`, `killed`, `invalid-json`
 */
export function replyOf(run: CommandRun, event: HookEvent): HookOutput {
  const json = jsonOf(run.stdout);
  if (run.exitCode === blockCode) return blockingReply(run, json, event);
  if (run.exitCode === 0) return json === undefined ? textReply(run.stdout, event) : (json as HookOutput);
  if (json !== undefined && decides(json, event, run.exitCode === undefined)) return json as HookOutput;
  if (event === "WorktreeCreate" && run.exitCode !== undefined) return blockingReply(run, json, event);
  throw failureOf(run);
}

function failureOf(run: CommandRun): CommandError {
  if (run.exitCode === undefined) {
    return new CommandError("killed", `It was ended by ${run.signal ?? "a signal"} before it answered.`);
  }
  const said = firstLine(run.stderr);
  const message = `It ended with exit code ${run.exitCode}${said === "" ? " and said nothing" : `: ${said}`}`;
  return new CommandError("exit-code", message, run.exitCode);
}

/**
 * The object on standard output, or nothing when it is plain text. Lines before it, as a shell profile may print them,
 * are passed over: a decision must not be lost to a greeting.
 */
function jsonOf(stdout: string): Readonly<Record<string, unknown>> | undefined {
  const text = stdout.trim();
  const start = text.startsWith("{") ? 0 : text.indexOf("\n{") + 1;
  if (start === 0 && !text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

function blockingReply(
  run: CommandRun,
  json: Readonly<Record<string, unknown>> | undefined,
  event: HookEvent,
): SyncHookOutput {
  const parsed = parseHookOutput(json, event);
  const output = parsed.ok && parsed.output.async !== true ? parsed.output : {};
  const decision = decisionOf(output, event);
  const printed = decision.decision === "deny" ? decision.reason : undefined;
  const reason = printed || run.stderr.trim() || `It blocked with exit code ${run.exitCode} and gave no reason.`;
  return { ...output, decision: "block", reason };
}

/** Of a program that was killed, only a refusal is believed. */
function decides(json: Readonly<Record<string, unknown>>, event: HookEvent, wasKilled: boolean): boolean {
  const parsed = parseHookOutput(json, event);
  if (!parsed.ok || parsed.output.async === true) return false;
  const { decision } = decisionOf(parsed.output, event);
  return parsed.output.continue === false || (wasKilled ? decision === "deny" : decision !== "none");
}

function textReply(stdout: string, event: HookEvent): HookOutput {
  const text = stdout.trim();
  if (/^\{\s*"/.test(text)) {
    throw new CommandError("invalid-json", `It began a JSON object and did not end it well: ${firstLine(text)}`);
  }
  if (text === "") return {};
  if (eventRules[event].textIsContext) {
    return { hookSpecificOutput: { hookEventName: event, additionalContext: text } };
  }
  if (event === "WorktreeCreate") {
    return {
      hookSpecificOutput: { hookEventName: event, worktreePath: text.slice(text.lastIndexOf("\n") + 1).trim() },
    };
  }
  return {};
}

const longestLine = 300;

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0]!.trim();
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}
