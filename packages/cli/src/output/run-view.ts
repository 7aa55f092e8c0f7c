import type { Flow, JsonObject, RunRecord, RunReport, Step, StepRecord, StepReport } from "@pawl/flows";
import { formatDuration } from "@pawl/hooks/guard";
import { plural } from "./diagnostics.ts";
import { formatStep, type StepLayout } from "./step-line.ts";
import { cut, printable } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

const shortLength = 13;

/** As much of a run's id as is unique in practice; every command takes it. */
export function shortId(runId: string): string {
  return runId.slice(0, shortLength);
}

export function layoutFor(terminal: Terminal, ids: Iterable<string>): StepLayout {
  const widest = Math.max(8, ...[...ids].map((id) => id.length));
  return { terminal, nameWidth: Math.min(widest, 40) };
}

export function formatHeader(flow: string, runId: string, { colors }: Pick<Terminal, "colors">): string {
  return `${colors.bold(flow)}  run ${shortId(runId)}`;
}

export function formatReport(
  report: RunReport,
  terminal: Terminal,
  { isFull = false }: { readonly isFull?: boolean } = {},
): string {
  const layout = layoutFor(
    terminal,
    report.steps.map((step) => step.id),
  );
  return [
    formatHeader(report.run.flow, report.run.id, terminal),
    ...report.steps.flatMap((step) => [formatStep(step, layout), ...(isFull ? wholeResult(step) : [])]),
  ].join("\n");
}

/** All that a step gave, and its error; text as it is, everything else as JSON. */
function wholeResult({ output, error }: StepReport): string[] {
  const text = typeof output === "string" ? output : JSON.stringify(output, undefined, 2);
  const lines = output === null || output === undefined ? [] : text.split("\n");
  const failure = error === undefined ? [] : `${error.code}: ${error.message}`.split("\n");
  return [...failure, ...lines].map((line) => `      ${printable(line)}`);
}

/** What the run was started with: `inputs tag="v1"`, `vars region="eu"`. */
export function formatInputs(
  { run }: RunReport,
  { colors, width }: Pick<Terminal, "colors" | "width">,
  { isFull = false }: { readonly isFull?: boolean } = {},
): string[] {
  return (["inputs", "vars"] as const).flatMap((kind) => {
    const given = Object.entries((run[kind] ?? {}) as JsonObject);
    if (given.length === 0) return [];
    const line = `${kind} ${given.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ")}`;
    return [colors.dim(isFull ? line : cut(line, width))];
  });
}

/** The last line of a run: how it ended, where, and what to type next. */
export function formatEnd(report: RunReport, details: RunDetails, { colors }: Pick<Terminal, "colors">): string {
  const { run } = report;
  const id = shortId(run.id);
  const took = run.durationMs === null ? "" : ` in ${formatDuration(run.durationMs)}`;
  if (run.status === "completed") {
    return [`${colors.green("completed")}${took}`, details.hooks, `pawl ${details.next ?? "show"} ${id}`]
      .filter(Boolean)
      .join(" · ");
  }
  if (run.status === "waiting" || details.answers !== undefined) {
    const next = details.answers ?? [`pawl resume ${id}`, `pawl cancel ${id}`];
    return [colors.yellow("waiting"), ...next].join(" · ");
  }
  if (run.status !== "failed") return [colors.yellow(run.status), `pawl logs ${id}`].join(" · ");
  const at = details.failedAt ?? `: ${run.error?.message ?? "no reason is known"}`;
  const again = details.failedStep === undefined ? [] : [`pawl replay ${id} --from ${details.failedStep}`];
  return [`${colors.red("failed")}${at}`, `pawl logs ${id}`, ...again].join(" · ");
}

export interface RunDetails {
  /** `2 hooks ran (audit, cache)`, or nothing. */
  readonly hooks: string | undefined;
  /** ` at step migrate (flows/deploy.yaml:14)`, or nothing when no step failed. */
  readonly failedAt: string | undefined;
  /** Its record, from which the run can be repeated. */
  readonly failedStep?: string;
  /** What to type to answer what the run asks. Default: nobody is asked. */
  readonly answers?: readonly string[];
  /** What to type next. Default: `show`. */
  readonly next?: "show" | "logs";
}

export function detailsOf(run: RunRecord, steps: readonly StepRecord[], flow: Flow | undefined): RunDetails {
  const names = new Set(steps.flatMap((step) => step.hooks.map((hook) => hook.name)));
  const hooks = names.size === 0 ? undefined : `${plural(names.size, "hook")} ran (${[...names].join(", ")})`;
  const failed = steps.findLast((step) => step.status === "failed");
  if (run.status !== "failed" || !failed) return { hooks, failedAt: undefined };
  const step = flow && findStep([...flow.steps, ...flow.finally], failed.step);
  const place = step && run.definition.file ? ` (${run.definition.file}:${step.position.line})` : "";
  return { hooks, failedAt: ` at step ${failed.id}${place}`, failedStep: failed.id };
}

/** `group.child` is the path of a step in its file. */
function findStep(steps: readonly Step[], path: string): Step | undefined {
  for (const step of steps) {
    if (step.id === path) return step;
    const children = step.kind === "group" || step.kind === "parallel" ? step.steps : [];
    const rest = path.startsWith(`${step.id}.`) ? path.slice(step.id.length + 1) : undefined;
    const found = rest === undefined ? findStep(children, path) : findStep(children, rest);
    if (found) return found;
  }
  return undefined;
}
