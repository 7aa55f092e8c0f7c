import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Command } from "../command.ts";
import { notFound } from "../command-error.ts";
import { loadProjectToRead } from "../open-project.ts";
import { printListings } from "../output/listings.ts";

export const command: Command = {
  arguments: [{ name: "[name]", description: "Only this trigger, or those of this namespace" }],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "List what can start a run: the names for `trigger: uses:`.",
  examples: ["pawl triggers", "pawl triggers http"],
  async run(call) {
    const loaded = await loadProjectToRead(call);
    const all = loaded.triggers.list();
    const [name] = call.arguments;
    const found =
      name === undefined ? all : all.filter((trigger) => trigger.name === name || trigger.name.startsWith(`${name}.`));
    if (found.length === 0)
      throw notFound(
        `There is no trigger "${name}".${didYouMean(
          name!,
          all.map((trigger) => trigger.name),
        )}`,
        "pawl triggers",
      );
    if (call.options.json === true) return call.terminal.json({ triggers: found });
    printListings(call.terminal, found, loaded);
  },
};
