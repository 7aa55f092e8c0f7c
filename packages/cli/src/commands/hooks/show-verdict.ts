import type { HookReport, Verdict } from "@pawl/hooks";
import { formatDuration } from "@pawl/hooks/guard";
import type { Terminal } from "../../output/terminal.ts";

/** A verdict as a person reads it. */
export function showVerdict(terminal: Terminal, verdict: Verdict): void {
  const { colors } = terminal;
  const word = verdict.blocked ? colors.red("blocked") : verdict.decision === "none" ? "no decision" : verdict.decision;
  const reason = verdict.reason === undefined ? "" : `: ${verdict.reason}`;
  terminal.out(`${verdict.event}  ${word}${reason}`);
  if (!verdict.continue) terminal.out(`stop${verdict.stopReason === undefined ? "" : `: ${verdict.stopReason}`}`);
  for (const text of verdict.systemMessages) terminal.out(`message: ${text}`);
  for (const text of verdict.additionalContext) terminal.out(`context: ${text}`);
  if (verdict.input !== verdict.originalInput) terminal.out("input was rewritten: --json shows it");
  const width = Math.max(0, ...verdict.hooks.map((hook) => hook.name.length));
  for (const hook of verdict.hooks) terminal.out(`  ${hook.name.padEnd(width)}  ${describe(hook, terminal)}`);
  for (const { severity, message, code } of verdict.diagnostics) terminal.note(`${severity}: ${message} ${code}`);
}

function describe(hook: HookReport, { colors }: Terminal): string {
  if (hook.status === "skipped") return colors.dim(`skipped  ${hook.reason}: ${hook.detail ?? ""}`);
  const time = formatDuration(hook.durationMs);
  if (hook.status === "ok") return `${colors.green("ok")}       ${hook.isBackground ? "in the background" : time}`;
  return `${colors.red(hook.status.padEnd(7))}  ${time}  ${hook.detail ?? ""}`;
}
