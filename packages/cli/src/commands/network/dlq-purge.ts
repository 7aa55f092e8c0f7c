import type { Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { plural } from "../../output/diagnostics.ts";
import { withDesk } from "./desk.ts";
import { letterId } from "./letter-id.ts";
import { soundNetwork } from "./network-file.ts";
import { transportOptions } from "./transport.ts";

export const command: Command = {
  arguments: [
    { name: "<file>", description: "A network file, or the name of a network", complete: "file" },
    { name: "[id]", description: "The number of the dead letter" },
  ],
  options: [{ flags: "--all", description: "Every dead letter of the network" }, ...transportOptions],
  json: true,
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const isAll = call.options.all === true;
    if (!isAll && call.arguments[1] === undefined)
      throw usageError("Name a dead letter, or --all.", "pawl network dlq list");
    const removed = await withDesk(call, sound, (desk) => desk.purge(isAll ? undefined : letterId(call.arguments[1])));
    if (call.options.json === true) call.terminal.json({ removed });
    else call.terminal.out(`${plural(removed, "dead letter")} forgotten`);
  },
};
