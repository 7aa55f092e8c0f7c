import type { Command } from "../../command.ts";
import { plural } from "../../output/diagnostics.ts";
import { oneOrAll, oneOrAllLetters } from "./dead-letters.ts";
import { withDesk } from "./desk.ts";
import { soundNetwork } from "./network-file.ts";

export const command: Command = {
  ...oneOrAllLetters,
  json: true,
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const id = oneOrAll(call);
    const removed = await withDesk(call, sound, (desk) => desk.purge(id));
    if (call.options.json === true) call.terminal.json({ removed });
    else call.terminal.out(`${plural(removed, "dead letter")} forgotten`);
  },
};
