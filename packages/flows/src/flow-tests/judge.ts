import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { pathOfRecord } from "../definition/step-paths.ts";
import type { RunRecord, StepRecord } from "../durability/records.ts";
import type { PositionOf } from "../expression/template.ts";
import type { StepInputs } from "../hooks/step-hook.ts";
import type { Json } from "../json.ts";
import { type Difference, differences, shownValue } from "./compare.ts";
import type { Expectation, Expected, ExpectedStep } from "./flow-test.ts";

/** One thing that was not as expected, at the place of the test file that expects it. */
export type TestProblem = Pick<Diagnostic, "message" | "line" | "column">;

/** What a run left behind. */
export interface Observed {
  readonly run: RunRecord;
  readonly steps: readonly StepRecord[];
  /** Inputs by record id, as the nodes got them. */
  readonly inputs: ReadonlyMap<string, StepInputs>;
  readonly log: readonly string[];
}

/** Everything that is not as expected, in the order of a run: its steps, then the run itself. */
export function judge(expected: Expectation, observed: Observed): TestProblem[] {
  return [
    ...judgeStatus(expected, observed),
    ...expected.steps.flatMap((step) => judgeStep(step, observed)),
    ...expected.skipped.flatMap((step) => judgeSkipped(step, observed)),
    ...judgeOrder(expected.order, observed),
    ...judgeValue("error", expected.error, observed.run.error as Json | undefined),
    ...judgeValue("outputs", expected.outputs, observed.run.outputs),
    ...expected.log.flatMap((line) => judgeLog(line, observed)),
  ];
}

function judgeStatus({ status, at }: Expectation, { run }: Observed): TestProblem[] {
  if (run.status === status) return [];
  const why = run.error === undefined ? "" : `: ${run.error.message}`;
  return [
    problem(`the run: expected ${status}, it ${run.status === "waiting" ? "waits" : `is ${run.status}`}${why}`, at, [
      "status",
    ]),
  ];
}

function judgeStep(expected: ExpectedStep, { steps, inputs }: Observed): TestProblem[] {
  const { name, status, count, at } = expected;
  const records = recordsNamed(name, steps);
  const found: TestProblem[] = [];
  if (count !== undefined && records.length !== count)
    found.push(problem(`${name}: expected ${count} records, there are ${records.length}`, at));
  if (status === "unreached") return records.length === 0 ? found : [...found, problem(reached(name, records), at)];
  if (records.length === 0 && count === undefined) return [...found, problem(unreached(name, steps), at)];
  return [...found, ...records.flatMap((record) => judgeRecord(expected, record, inputs.get(record.id)))];
}

function judgeRecord(expected: ExpectedStep, record: StepRecord, inputs: Json | undefined): TestProblem[] {
  const { status, attempts, reason, at } = expected;
  const found: TestProblem[] = [];
  if (status !== undefined && record.status !== status)
    found.push(problem(`${record.id}: expected ${status}, it is ${statusOf(record)}`, at));
  if (attempts !== undefined && record.attempts.length !== attempts)
    found.push(problem(`${record.id}: expected ${attempts} attempts, there were ${record.attempts.length}`, at));
  if (reason !== undefined && !(record.reason ?? "").includes(reason))
    found.push(problem(`${record.id}.reason: expected "${reason}" in it, it is ${shownValue(record.reason)}`, at));
  return [
    ...found,
    ...judgeValue(`${record.id}.output`, expected.output, record.output),
    ...judgeValue(`${record.id}.error`, expected.error, record.error as Json | undefined),
    ...judgeValue(`${record.id}.with`, expected.with, inputs),
  ];
}

/** The record of that id; else all records of the step of that path. */
function recordsNamed(name: string, steps: readonly StepRecord[]): StepRecord[] {
  const exact = steps.filter(({ id }) => id === name);
  return exact.length > 0 ? exact : steps.filter(({ id }) => pathOfRecord(id) === name);
}

function statusOf({ status, error, reason }: StepRecord): string {
  const why = error?.message ?? reason;
  return why === undefined ? status : `${status}: ${why}`;
}

function reached(name: string, [first]: readonly StepRecord[]): string {
  return `${name}: expected not to be reached, it is ${statusOf(first!)}`;
}

function unreached(name: string, steps: readonly StepRecord[]): string {
  const last = steps.at(-1);
  return `${name}: it was not reached${last ? `; the last step that was is ${last.id}, ${statusOf(last)}` : ""}`;
}

function judgeSkipped({ value: name, at }: Expected<string>, { steps }: Observed): TestProblem[] {
  const records = recordsNamed(name, steps);
  if (records.length === 0) return [problem(`${unreached(name, steps)}; a skipped step has a record`, at)];
  const other = records.find(({ status }) => status !== "skipped");
  return other === undefined ? [] : [problem(`${other.id}: expected skipped, it is ${statusOf(other)}`, at)];
}

function judgeOrder(order: Expectation["order"], { steps }: Observed): TestProblem[] {
  if (!order) return [];
  let from = 0;
  for (const [index, name] of order.value.entries()) {
    const found = steps.findIndex(({ id }, at) => at >= from && (id === name || pathOfRecord(id) === name));
    if (found < 0) {
      const before = index === 0 ? "" : ` after ${order.value[index - 1]}`;
      const came = steps.map(({ id }) => id).join(", ");
      return [problem(`order: expected ${name}${before}; it was ${came || "nothing"}`, order.at, [index])];
    }
    from = found + 1;
  }
  return [];
}

function judgeLog({ value, at }: Expected<string>, { log }: Observed): TestProblem[] {
  if (log.some((line) => line.includes(value))) return [];
  return [
    problem(`log: expected a line with "${value}"; it has ${log.length === 0 ? "none" : shownValue([...log])}`, at),
  ];
}

const mostDifferences = 20;

function judgeValue(what: string, expected: Expected | undefined, actual: Json | undefined): TestProblem[] {
  if (!expected) return [];
  const found = differences(expected.value, actual);
  return found.slice(0, mostDifferences).map((each) => problem(sentenceOf(what, each), expected.at, each.path));
}

function sentenceOf(what: string, { path, expected, actual }: Difference): string {
  const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return `${what}${place}: expected ${expected}, it is ${actual}`;
}

function problem(message: string, at: PositionOf, path: readonly (string | number)[] = []): TestProblem {
  const { line, column } = at(path);
  return { message, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}
