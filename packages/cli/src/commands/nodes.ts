import type { Command } from "../command.ts";
import { loadProjectToRead } from "../open-project.ts";
import { showListings } from "../output/listings.ts";

export const command: Command = {
  arguments: [{ name: "[name]", description: "Only this node, with its inputs, or those of this namespace" }],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "List what a step can do: the names for `uses:`. With a name, what it takes; as JSON its JSON Schema.",
  examples: ["pawl nodes", "pawl nodes file", "pawl nodes http.request --json"],
  async run(call) {
    const loaded = await loadProjectToRead(call);
    await showListings(call, loaded, { kind: "node", ...loaded.nodes });
  },
};
