import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { loadProjectToRead } from "../open-project.ts";

const kinds = ["flow"];

export const command: Command = {
  arguments: [{ name: "<kind>", description: kinds.join(", ") }],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  details: "Print the JSON Schema of a kind of file, for editors, with the nodes and triggers of this project.",
  examples: ["pawl schema flow > .pawl/flow.schema.json"],
  async run(call) {
    const [kind = ""] = call.arguments;
    if (!kinds.includes(kind))
      throw usageError(`There is no schema of "${kind}".${didYouMean(kind, kinds)} Kinds: ${kinds.join(", ")}.`);
    const { flowSchema, namesOf } = await import("@pawl/flows");
    const loaded = await loadProjectToRead(call);
    call.terminal.json(await flowSchema({ nodes: namesOf(loaded.nodes), triggers: namesOf(loaded.triggers) }));
  },
};
