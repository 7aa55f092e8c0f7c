import type { Command } from "../command.ts";
import { findRun, latestRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { formatAnswer, sayQuestions } from "../output/question.ts";
import { withStore } from "../runtime.ts";

export const command: Command = {
  arguments: [
    {
      name: "[run]",
      description: "Its id or the beginning of it, or a flow for its latest. Default: the latest",
      complete: "run",
    },
  ],
  options: [{ flags: "--full", description: "Outputs as they are, and errors, uncut" }],
  json: true,
  details: "Show a run and what became of its steps.",
  examples: ["pawl show", "pawl show 01JD8Z3K5M7QX --json"],
  async run(call) {
    const { answersTo, parseFlow, toRunReport } = await import("@pawl/flows");
    const { shortId, detailsOf, formatEnd, formatInputs, formatReport } = await import("../output/run-view.ts");
    await withStore(await projectOf(call), async (store) => {
      const [id] = call.arguments;
      const run = id === undefined ? await latestRun(store) : await findRun(store, id);
      const steps = await store.durability.steps(run.id);
      const report = toRunReport(run, steps);
      const given = await answersTo(store, run.id);
      if (call.options.json === true) return call.terminal.json({ ...report, answers: given });
      const { flow } = await parseFlow(run.definition.text, { isPartial: true });
      const isFull = call.options.full === true;
      call.terminal.out(formatReport(report, call.terminal, { isFull }));
      for (const answer of given) call.terminal.out(call.terminal.colors.dim(formatAnswer(answer)));
      call.terminal.out(call.terminal.colors.dim(`trace ${run.traceId} · pawl trace ${shortId(run.id)}`));
      for (const line of formatInputs(report, call.terminal, { isFull })) call.terminal.out(line);
      const { replay } = run.trigger;
      if (replay)
        call.terminal.out(call.terminal.colors.dim(`replay of run ${shortId(replay.of)} from ${replay.from}`));
      if (run.starts > 1) call.terminal.out(call.terminal.colors.dim(`resumed ${run.starts - 1} times`));
      const answers = await sayQuestions(call.terminal, store, run);
      const details = { ...detailsOf(run, steps, flow), ...answers, next: "logs" as const };
      call.terminal.out(formatEnd(report, details, call.terminal));
    });
  },
};
