import type { Question, RunRecord, Store } from "@pawl/flows";
import { nearest } from "@pawl/hooks/diagnostics";
import { CommandError, notFound, usageError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { shortId } from "./output/run-view.ts";

const names = { approval: "approval", input: "a value" } as const;

/**
 * The one question of that kind that a run asks, or that of the step.
 * @throws CommandError when there is none (4), or when several are open and no step is named (2)
 */
export async function findQuestion(
  store: Store,
  run: RunRecord,
  { kind, step }: { readonly kind: Question["kind"]; readonly step: string | undefined },
): Promise<Question> {
  const { openQuestions } = await import("@pawl/flows");
  const id = shortId(run.id);
  if (run.endedAt !== undefined)
    throw new CommandError(exitCodes.failed, `Run ${id} has ended: ${run.status}.`, { next: `pawl show ${id}` });
  const all = await openQuestions(store, run);
  const open = all.filter((question) => question.kind === kind);
  if (step !== undefined) return named(run, { open, all, step, kind });
  const [first, second] = open;
  if (first === undefined) throw notFound(`No step of run ${id} waits for ${names[kind]}.`, `pawl show ${id}`);
  if (second === undefined) return first;
  const steps = open.map((question) => question.recordId).join(", ");
  throw usageError(`Several steps of run ${id} wait for ${names[kind]}: ${steps}. Name one.`);
}

interface Named {
  readonly open: readonly Question[];
  readonly all: readonly Question[];
  readonly step: string;
  readonly kind: Question["kind"];
}

function named(run: RunRecord, { open, all, step, kind }: Named): Question {
  const found = open.find((question) => question.recordId === step);
  if (found) return found;
  const id = shortId(run.id);
  const other = all.find((question) => question.recordId === step);
  if (other) {
    const next = other.kind === "input" ? `pawl input ${id} ${step} VALUE` : `pawl approve ${id} ${step}`;
    throw usageError(`Step ${step} of run ${id} waits for ${names[other.kind]}.`, next);
  }
  const ids = open.map((question) => question.recordId);
  const near = nearest(step, ids);
  const known = ids.length === 0 ? "" : ` These do: ${ids.slice(0, 10).join(", ")}.`;
  const suggestion = near === undefined ? known : ` Did you mean ${near}?`;
  throw notFound(`No step ${step} of run ${id} waits for ${names[kind]}.${suggestion}`, `pawl show ${id}`);
}
