import type { Command } from "../command.ts";
import { latestRun } from "../find-run.ts";
import { projectOf } from "../open-project.ts";
import { plural } from "../output/diagnostics.ts";
import { withStore } from "../runtime.ts";
import { transportOptions } from "./network/transport.ts";

export const command: Command = {
  arguments: [
    {
      name: "[id]",
      description: "Of a run, a message, an event or a trace, or its beginning. Default: the latest run",
      complete: "run",
    },
  ],
  options: transportOptions,
  json: true,
  details:
    "Show what an event has led to: the trigger, runs and their steps, hooks and what they decided, messages and the " +
    "pods they passed, sub-flows, suppressed branches and dead letters, as one tree.",
  examples: ["pawl trace", "pawl trace 01JD8Z3K5M7QX", "pawl trace 4bf92f3577b34da6"],
  async run(call) {
    const { findTrace, gatherTrace } = await import("../trace/gather-trace.ts");
    const { withRecall } = await import("../trace/recall.ts");
    const { buildTree } = await import("../trace/build-tree.ts");
    const project = await projectOf(call);
    const [word] = call.arguments;
    const { traceId, facts } = await withStore(project, (store) =>
      withRecall(call, project, async (recall) => {
        const found = word === undefined ? (await latestRun(store)).traceId : await findTrace(store, recall, word);
        return { traceId: found, facts: await gatherTrace(store, recall, found) };
      }),
    );
    const tree = buildTree(facts);
    const { terminal } = call;
    if (call.options.json === true) return terminal.json({ traceId, tree });
    const { formatTrace } = await import("../output/trace-tree.ts");
    const { runs, messages } = facts;
    const counts = [
      runs.length > 0 ? plural(runs.length, "run") : undefined,
      messages.length > 0 ? plural(messages.length, "message") : undefined,
    ].filter((count) => count !== undefined);
    terminal.out(`${terminal.colors.bold(`trace ${traceId}`)}  ${counts.join(", ")}`);
    for (const line of formatTrace(tree, terminal)) terminal.out(line);
  },
};
