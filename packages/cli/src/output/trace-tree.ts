import { formatDuration } from "@pawl/hooks/guard";
import type { TraceNode } from "../trace/trace-node.ts";
import { cut, oneLine } from "./summary.ts";
import { formatTime } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const good = new Set(["completed", "done", "sent", "ok", "fired", "allow", "approve", "rewrote the inputs"]);
const bad = new Set(["failed", "rejected", "expired", "deny", "block", "timeout"]);
const skipped = new Set(["skipped", "suppressed"]);

/** Each tree as lines: what, how it came out, how long, and what it led to below it. */
export function formatTrace(roots: readonly TraceNode[], terminal: Pick<Terminal, "colors" | "width">): string[] {
  return roots.flatMap((root) => [line(root, "", terminal), ...below(root, "", terminal)]);
}

function below({ children }: TraceNode, indent: string, terminal: Pick<Terminal, "colors" | "width">): string[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    const own = line(child, `${indent}${isLast ? "└─ " : "├─ "}`, terminal);
    return [own, ...below(child, `${indent}${isLast ? "   " : "│  "}`, terminal)];
  });
}

function line(node: TraceNode, lead: string, { colors, width }: Pick<Terminal, "colors" | "width">): string {
  const { status } = node;
  const paint = good.has(status) ? colors.green : bad.has(status) ? colors.red : colors.dim;
  const head = `${lead}${mark(status)} ${nameOf(node)}`;
  const about = cut(facts(node).join("  "), Math.max(20, width - head.length - 2));
  return `${colors.dim(lead)}${paint(mark(status))} ${nameOf(node)}  ${bad.has(status) ? colors.red(about) : about}`.trimEnd();
}

function mark(status: string): string {
  if (good.has(status)) return "✓";
  if (bad.has(status) || status.startsWith("deny")) return "✗";
  if (skipped.has(status)) return "↷";
  return status === "waiting" ? "◷" : "·";
}

function nameOf({ kind, name, id }: TraceNode): string {
  if (kind === "run") return `${name} run ${id?.slice(0, 13)}`;
  return kind === "message" ? `${name} message ${id}` : name;
}

/** The status is said where the mark does not say it already. */
function facts({ kind, status, durationMs, attempts, detail, startedAt }: TraceNode): string[] {
  const isPlain = status === "completed" || status === "sent" || status === "done" || status === "ok";
  const when =
    startedAt !== undefined && (kind === "trigger" || kind === "waiting") ? formatTime(startedAt) : undefined;
  return [
    durationMs === undefined ? undefined : formatDuration(durationMs),
    isPlain || status === "fired" ? undefined : status,
    attempts === undefined ? undefined : `${attempts} attempts`,
    detail === undefined ? undefined : oneLine(detail),
    when,
  ].filter((fact) => fact !== undefined);
}
