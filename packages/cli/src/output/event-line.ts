import type { Json } from "@pawl/flows";
import { formatDuration } from "@pawl/hooks/guard";
import type { ProjectEvent } from "../log/project-event.ts";
import { shortId } from "./run-view.ts";
import { printable } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

type Data = Readonly<Record<string, Json>>;

/**
 * One event as lines: when, where, what. Output of programs is shown line by line. Of a whole project each line says
 * whose it is too: `owner` names the flow.
 */
export function formatEvent(
  event: ProjectEvent,
  { colors }: Pick<Terminal, "colors">,
  owner?: { readonly flow: string | undefined },
): string[] {
  const time = colors.dim(new Date(event.time).toTimeString().slice(0, 8));
  const where = owner === undefined ? whereInRun(event) : `${colors.dim(idOf(event))}  ${whereInProject(event, owner)}`;
  return sentences(event).map((text) => {
    const shown = event.type === "stderr" ? colors.yellow(text) : text;
    return `${time}  ${where}  ${shown}`.trimEnd();
  });
}

function whereInRun({ recordId, flow }: ProjectEvent): string {
  return (recordId ?? flow ?? "").padEnd(12);
}

/** The beginning of the run's id, or of the message's: enough for `pawl trace`. */
function idOf({ runId, message }: ProjectEvent): string {
  return shortId(runId ?? message ?? "").padEnd(13);
}

function whereInProject({ recordId, network, pod }: ProjectEvent, { flow }: { flow: string | undefined }): string {
  return [network ?? flow, pod ?? recordId]
    .filter((part) => part !== undefined)
    .join("/")
    .padEnd(24);
}

function sentences(event: ProjectEvent): string[] {
  const { type } = event;
  if (type === "stdout" || type === "stderr") return String(event.data).replace(/\n$/, "").split("\n").map(printable);
  const data: Data = typeof event.data === "object" && event.data !== null ? (event.data as Data) : {};
  if (type === "log") return [`${data.level === "info" ? "" : `${data.level}: `}${printable(String(data.message))}`];
  if (type === "step-ended" || type === "run-ended") return [ended(data)];
  if (type === "step-attempt") return [`attempt ${data.number} failed: ${messageOf(data.error)}`];
  if (type === "hooks-ran") return hooksRan(data);
  if (type === "pod-ended") return [podEnded(data)];
  if (type === "pod-attempt") return [`attempt ${data.number} failed: ${printable(String(data.error))}`];
  if (type === "network-forgotten") return ["what came before this is no longer kept"];
  if (type === "message-dead") return [`dead letter ${data.letter}: ${data.reason}${reasonOf(data.error)}`];
  return [`${type.replace("-", " ")}${reasonOf(data.message)}`];
}

/** `sent in 3 ms, attempt 2`. */
function podEnded({ outcome, durationMs, attempt, into }: Data): string {
  if (attempt === 0) return `${outcome}: nothing came, and it said so to the next`;
  const tries = Number(attempt) > 1 ? `, attempt ${attempt}` : "";
  const joined = typeof into === "string" ? `, goes on as ${into}` : "";
  return `${outcome} in ${formatDuration(Number(durationMs))}${tries}${joined}`;
}

function reasonOf(text: Json | undefined): string {
  return text === undefined ? "" : `: ${printable(String(text))}`;
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
