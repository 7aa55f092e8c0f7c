import type { Command } from "../../command.ts";
import { networkArgument, soundNetwork } from "./network-file.ts";

export const command: Command = {
  arguments: [networkArgument],
  details: "Print a network as a Mermaid graph, for a page or an editor that draws it.",
  examples: ["pawl network graph networks/scoring.yaml"],
  async run(call) {
    const { network } = await soundNetwork(call, call.arguments[0]!);
    const { toMermaid } = await import("@pawl/networks");
    call.terminal.write(toMermaid(network));
  },
};
