import type { StepReport } from "@pawl/flows";
import { formatDuration } from "@pawl/hooks/guard";
import { cut, oneLine, printable, summarize } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

const durationWidth = 8;

/** What the lines of one run have in common. */
export interface StepLayout {
  readonly terminal: Pick<Terminal, "colors" | "width">;
  readonly nameWidth: number;
}

/** ` ✓ build     4.2 s    "done"`, and below it what a failed step said. */
export function formatStep(step: StepReport, layout: StepLayout): string {
  const { colors, width } = layout.terminal;
  const name = step.id.padEnd(layout.nameWidth);
  const took = step.status === "skipped" || step.durationMs === null ? "" : formatDuration(step.durationMs);
  const head = ` ${mark(step)} ${name} ${took.padStart(durationWidth)}`;
  const room = Math.max(20, width - 3 - layout.nameWidth - durationWidth - 4);
  const about = cut(describe(step), room);
  const shown = step.status === "failed" ? colors.red(about) : step.status === "skipped" ? colors.dim(about) : about;
  const line = `${colorMark(head, step, colors)}   ${shown}`.trimEnd();
  return step.status === "failed" ? [line, ...whatItSaid(step, width)].join("\n") : line;
}

function mark({ status }: StepReport): string {
  if (status === "completed") return "✓";
  if (status === "failed" || status === "cancelled") return "✗";
  if (status === "skipped") return "↷";
  return status === "waiting" ? "◷" : "·";
}

function colorMark(head: string, { status }: StepReport, colors: Terminal["colors"]): string {
  const paint = status === "completed" ? colors.green : status === "failed" ? colors.red : colors.dim;
  return `${head.slice(0, 1)}${paint(head.slice(1, 2))}${head.slice(2)}`;
}

function describe(step: StepReport): string {
  if (step.status === "skipped") return `skipped: ${oneLine(step.reason ?? "its turn did not come")}`;
  if (step.status === "cancelled") return "cancelled";
  if (step.status === "waiting") return "waiting";
  if (step.status !== "failed") return [summarize(step.output), step.reason].filter(Boolean).join("  ");
  const tries = step.attempts > 1 ? `, tried ${step.attempts} times` : "";
  return `${failure(step)}${tries}`;
}

function failure({ error, output }: StepReport): string {
  const code = exitCodeOf(output);
  if (error?.code === "exit-code" && code !== undefined) return `exit code ${code}`;
  if (error?.code === "timeout") return "timed out";
  return error?.code ?? "failed";
}

function exitCodeOf(output: unknown): number | undefined {
  const code = typeof output === "object" && output !== null ? (output as { code?: unknown }).code : undefined;
  return typeof code === "number" ? code : undefined;
}

const shownLines = 5;

/** The last lines of a program's complaint, or the sentence of the error. */
function whatItSaid({ error, output }: StepReport, width: number): string[] {
  const stderr = typeof output === "object" && output !== null ? (output as { stderr?: unknown }).stderr : undefined;
  const hasStderr = typeof stderr === "string" && stderr.trim() !== "";
  // That a program ended with an exit code is said already.
  if (!hasStderr && error?.code === "exit-code") return [];
  const text = hasStderr ? stderr : (error?.message ?? "");
  const lines = text.trim().split(/\r?\n/).slice(-shownLines);
  return lines.map((line) => `      ${cut(printable(line), Math.max(20, width - 6))}`);
}
