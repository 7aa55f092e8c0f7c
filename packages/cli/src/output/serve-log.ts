import type { EventLog, Json, NewEvent } from "@pawl/flows";
import { formatDuration } from "@pawl/hooks/guard";
import { nextFor } from "./question.ts";
import { shortId } from "./run-view.ts";
import { oneLine } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

type ShownEvent = NewEvent & { readonly time: number };

/** One line for each thing that happens while a project is served. */
export class ServeLog {
  readonly #terminal: Terminal;
  readonly #isJson: boolean;
  readonly #fired = new Set<string>();
  readonly #lines: string[] = [];
  /** What happened before the greeting was printed. */
  #held: ShownEvent[] | undefined = [];

  /** @param isJson each event is a line of JSON, as it is */
  constructor(terminal: Terminal, isJson = false) {
    this.#terminal = terminal;
    this.#isJson = isJson;
  }

  watch(events: EventLog): void {
    events.subscribe((event) => {
      if (this.#held) this.#held.push(event);
      else this.#show(event);
    });
  }

  start(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#show(event);
  }

  #show(event: ShownEvent): void {
    if (this.#isJson) {
      this.#print(JSON.stringify(event));
      return;
    }
    if (event.type === "trigger-fired" && event.runId !== undefined) this.#fired.add(event.runId);
    const sentence = this.#sentence(event);
    if (sentence === undefined) return;
    const time = this.#terminal.colors.dim(new Date(event.time).toTimeString().slice(0, 8));
    this.#print(`${time}  ${(event.flow ?? "").padEnd(12)}  ${sentence}`);
  }

  /** The lines of one turn of the event loop are written together: many runs end in it. */
  #print(line: string): void {
    if (this.#lines.push(line) > 1) return;
    setImmediate(() => this.#terminal.out(this.#lines.splice(0).join("\n")));
  }

  #sentence({ type, runId = "", data, recordId }: ShownEvent): string | undefined {
    const { colors } = this.#terminal;
    const fields = fieldsOf(data);
    const id = shortId(runId);
    if (type === "run-ended") {
      const origin = this.#fired.delete(runId) ? "fired → " : "";
      return `${origin}run ${id} ${this.#outcome(fields, id)}`;
    }
    if (type === "run-resumed") return `run ${id} was cut off, and goes on`;
    if (type === "run-waiting" && recordId !== undefined) return waiting(fields, runId, recordId);
    if (type === "trigger-dropped") {
      const what = fields.count === undefined ? "an event" : `${fields.count} events`;
      return colors.yellow(`dropped ${what}: ${oneLine(String(fields.message))}`);
    }
    if (type === "trigger-failed")
      return colors.red(`trigger ${fields.trigger} failed: ${oneLine(String(fields.message))}`);
    if (type === "project-changed") return changes(fields);
    return undefined;
  }

  #outcome({ status, durationMs, error }: Record<string, Json>, id: string): string {
    const { colors } = this.#terminal;
    const took = typeof durationMs === "number" ? ` in ${formatDuration(durationMs)}` : "";
    if (status === "completed") return `${colors.green("completed")}${took}`;
    const why = fieldsOf(error).message;
    return `${colors.red(String(status))}${took}${why === undefined ? "" : `: ${oneLine(String(why))}`} · pawl logs ${id}`;
  }
}

/** What is asked, and what to type to answer it. */
function waiting({ kind, message, input }: Record<string, Json>, runId: string, recordId: string): string {
  const id = shortId(runId);
  if (kind !== "approval" && kind !== "input") return `run ${id} waits at ${recordId}`;
  const asked = oneLine(typeof message === "string" ? message : JSON.stringify(message ?? ""));
  return `run ${id} waits: ${asked} · ${nextFor({ kind, runId, recordId, input: fieldsOf(input) })}`;
}

/** What became of plugins is told with its reasons when it happens. */
function changes({ changed, removed, broken, plugins }: Record<string, Json>): string | undefined {
  const isEmpty = [changed, removed, broken].every((names) => Array.isArray(names) && names.length === 0);
  if (isEmpty && plugins) return undefined;
  const parts = [
    ["changed", changed],
    ["removed", removed],
  ].filter(([, names]) => Array.isArray(names) && names.length > 0);
  return `flow files: ${parts.map(([what, names]) => `${what} ${(names as string[]).join(", ")}`).join("; ") || "broken"}`;
}

function fieldsOf(data: Json | undefined): Record<string, Json> {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? (data as Record<string, Json>) : {};
}
