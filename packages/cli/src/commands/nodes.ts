import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Command } from "../command.ts";
import { notFound } from "../command-error.ts";
import { loadProjectToRead } from "../open-project.ts";
import { printListings } from "../output/listings.ts";

export const command: Command = {
  arguments: [{ name: "[name]", description: "Only this node, or those of this namespace" }],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "List what a step can do: the names for `uses:`.",
  examples: ["pawl nodes", "pawl nodes file"],
  async run(call) {
    const loaded = await loadProjectToRead(call);
    const all = loaded.nodes.list();
    const [name] = call.arguments;
    const found =
      name === undefined ? all : all.filter((node) => node.name === name || node.name.startsWith(`${name}.`));
    if (found.length === 0)
      throw notFound(
        `There is no node "${name}".${didYouMean(
          name!,
          all.map((node) => node.name),
        )}`,
        "pawl nodes",
      );
    if (call.options.json === true) return call.terminal.json({ nodes: found });
    printListings(call.terminal, found, loaded);
  },
};
