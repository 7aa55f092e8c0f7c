import type { RunReport } from "@pawl/flows";
import { type Flow, type RunRecord, type Store, toRunReport } from "@pawl/flows";
import { LiveLine } from "./live-line.ts";
import { sayQuestions } from "./question.ts";
import { detailsOf, formatEnd, formatHeader, layoutFor } from "./run-view.ts";
import { formatStep } from "./step-line.ts";
import type { Terminal } from "./terminal.ts";

/** What is shown of a run's flow; its definition may be unreadable by now. */
export interface ShownFlow {
  readonly name: string;
  readonly flow: Flow | undefined;
}

/** Shows a run while it goes on: each step on a line once it has ended. */
export class RunProgress {
  readonly #terminal: Terminal;
  readonly #store: Store;
  readonly #shown: ShownFlow;
  readonly #live: LiveLine;
  readonly #printed = new Set<string>();
  readonly #unsubscribe: () => void;
  #runId: string | undefined;
  #printing: Promise<void> = Promise.resolve();
  #isDirty = false;

  constructor(terminal: Terminal, store: Store, shown: ShownFlow) {
    this.#terminal = terminal;
    this.#store = store;
    this.#shown = shown;
    this.#live = new LiveLine(terminal);
    this.#unsubscribe = store.events.subscribe((event) => {
      if (event.type === "run-started" || event.type === "run-resumed") this.#begin(event.runId!, event.flow);
      if (event.runId !== this.#runId || event.recordId === undefined) return;
      if (event.type === "step-started") this.#live.begin(event.recordId);
      if (event.type === "step-ended") this.#ended(event.recordId);
    });
  }

  /** The last lines: steps that are not shown yet, how it ended, and what to type next. */
  async finish(run: RunRecord): Promise<RunReport> {
    this.#unsubscribe();
    await this.#printing;
    const steps = await this.#store.durability.steps(run.id);
    this.#begin(run.id, run.flow);
    this.#live.close();
    const report = toRunReport(run, steps);
    this.#print(report);
    const answers = await sayQuestions(this.#terminal, this.#store, run);
    this.#terminal.out(formatEnd(report, { ...detailsOf(run, steps, this.#shown.flow), ...answers }, this.#terminal));
    return report;
  }

  #begin(runId: string, flow: string | undefined): void {
    if (this.#runId !== undefined || (flow !== undefined && flow !== this.#shown.name)) return;
    this.#runId = runId;
    this.#live.print(formatHeader(this.#shown.name, runId, this.#terminal));
  }

  #ended(recordId: string): void {
    this.#live.end(recordId);
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#printing = this.#printing.then(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    this.#isDirty = false;
    const steps = await this.#store.durability.steps(this.#runId!);
    const done = steps.filter((step) => step.endedAt !== undefined && !this.#printed.has(step.id));
    if (done.length === 0) return;
    this.#print(toRunReport({ id: this.#runId! } as RunRecord, done));
  }

  #print(report: RunReport): void {
    const layout = layoutFor(
      this.#terminal,
      (this.#shown.flow?.steps ?? report.steps).map((step) => step.id),
    );
    for (const step of report.steps) {
      if (this.#printed.has(step.id)) continue;
      this.#printed.add(step.id);
      this.#live.print(formatStep(step, layout));
    }
  }
}
