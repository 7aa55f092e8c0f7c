import type { Json, LoggedEvent } from "@pawl/flows";
import { formatDuration } from "@pawl/hooks/guard";
import { printable } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

type Data = Readonly<Record<string, Json>>;

/** One event of a run as lines: when, where, what. Output of programs is shown line by line. */
export function formatEvent(event: LoggedEvent, { colors }: Pick<Terminal, "colors">): string[] {
  const time = colors.dim(new Date(event.time).toTimeString().slice(0, 8));
  const where = event.recordId ?? event.flow ?? "";
  return sentences(event).map((text) => {
    const shown = event.type === "stderr" ? colors.yellow(text) : text;
    return `${time}  ${where.padEnd(12)}  ${shown}`.trimEnd();
  });
}

function sentences(event: LoggedEvent): string[] {
  const { type } = event;
  if (type === "stdout" || type === "stderr") return String(event.data).replace(/\n$/, "").split("\n").map(printable);
  const data: Data = typeof event.data === "object" && event.data !== null ? (event.data as Data) : {};
  if (type === "log") return [`${data.level === "info" ? "" : `${data.level}: `}${printable(String(data.message))}`];
  if (type === "step-ended" || type === "run-ended") return [ended(data)];
  if (type === "step-attempt") return [`attempt ${data.number} failed: ${messageOf(data.error)}`];
  if (type === "hooks-ran") return hooksRan(data);
  return [type.replace("-", " ")];
}

/** `PreToolUse guard-rm: deny in 12 ms`, one line a hook. */
function hooksRan({ event, hooks }: Data): string[] {
  if (!Array.isArray(hooks)) return [];
  return hooks.map((hook) => {
    const { name, status, decision, rewritten, durationMs, detail } = hook as Data;
    const said = [decision, rewritten === true ? "rewrote the inputs" : undefined].filter(Boolean).join(", ");
    const took = typeof durationMs === "number" ? ` in ${formatDuration(durationMs)}` : "";
    return printable(`${event} ${name}: ${said || status}${took}${detail === undefined ? "" : `: ${detail}`}`);
  });
}

function ended(data: Data): string {
  const took =
    typeof data.durationMs === "number" && data.status !== "skipped" ? ` in ${formatDuration(data.durationMs)}` : "";
  const why =
    data.error !== undefined ? `: ${messageOf(data.error)}` : data.reason !== undefined ? `: ${data.reason}` : "";
  return `${data.status}${took}${printable(why)}`;
}

function messageOf(error: Json | undefined): string {
  const { message, code } = (typeof error === "object" && error !== null ? error : {}) as Data;
  return printable(String(message ?? code ?? "no reason is known"));
}
