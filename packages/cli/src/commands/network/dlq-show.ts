import type { Command } from "../../command.ts";
import { letterId } from "./dead-letters.ts";
import { withDesk } from "./desk.ts";
import { networkArgument, soundNetwork } from "./network-file.ts";
import { transportOptions } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument, { name: "<id>", description: "The number of the dead letter" }],
  options: transportOptions,
  json: true,
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const letter = await withDesk(call, sound, (desk) => desk.get(letterId(call.arguments[1])));
    if (call.options.json === true) {
      call.terminal.json(letter);
      return;
    }
    const { out, colors } = call.terminal;
    out(`${letter.pod}  ${letter.reason} after ${letter.attempts} attempts  ${new Date(letter.time).toISOString()}`);
    if (letter.error !== undefined) out(colors.red(letter.error));
    if (letter.stack !== undefined && call.isVerbose) out(colors.dim(letter.stack));
    for (const envelope of letter.envelopes) {
      out(`${envelope.id}  ${envelope.from} -> ${envelope.to}`);
      out(JSON.stringify(envelope.data ?? null, undefined, 2));
    }
  },
};
