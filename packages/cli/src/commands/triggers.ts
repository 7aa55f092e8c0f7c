import type { Command } from "../command.ts";
import { loadProjectToRead } from "../open-project.ts";
import { showListings } from "../output/listings.ts";

export const command: Command = {
  arguments: [{ name: "[name]", description: "Only this trigger, with its inputs, or those of this namespace" }],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details:
    "List what can start a run: the names for `trigger: uses:`. With a name, what it takes; as JSON its JSON Schema.",
  examples: ["pawl triggers", "pawl triggers cron", "pawl triggers cron --json"],
  async run(call) {
    const loaded = await loadProjectToRead(call);
    await showListings(call, loaded, { kind: "trigger", ...loaded.triggers });
  },
};
