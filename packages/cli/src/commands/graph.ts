import type { Command } from "../command.ts";
import { findFlow } from "../find-flow.ts";
import { loadProjectToRead } from "../open-project.ts";
import { toFlowGraph } from "../output/flow-graph.ts";

export const command: Command = {
  arguments: [{ name: "<flow>", description: "Name of a flow, or a file", complete: "flow" }],
  details: "Print a flow as a Mermaid graph, for a page or an editor that draws it.",
  examples: ["pawl graph release"],
  async run(call) {
    const { flow } = await findFlow(call, call.arguments[0]!, loadProjectToRead);
    call.terminal.write(toFlowGraph(flow));
  },
};
