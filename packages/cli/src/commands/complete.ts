import type { Command } from "../command.ts";

/** What the script of `pawl completion` calls: `pawl complete -- run he`. */
export const command: Command = {
  arguments: [{ name: "[words...]", description: "The command line so far" }],
  details: "Print what the last word can be. Called by the script of `pawl completion`.",
  async run(call) {
    const { complete } = await import("../completion/completion.ts");
    await complete(call, call.arguments);
  },
};
