import type { Command } from "../../command.ts";
import { formatTable, formatTime } from "../../output/table.ts";
import { withDesk } from "./desk.ts";
import { networkArgument, soundNetwork } from "./network-file.ts";
import { transportOptions } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument],
  options: [
    { flags: "--pod <id>", description: "Only those of one pod" },
    { flags: "--limit <count>", description: "At most so many", default: "50" },
    ...transportOptions,
  ],
  json: true,
  examples: ["pawl network dlq list scoring --pod price"],
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const pod = call.options.pod === undefined ? {} : { pod: String(call.options.pod) };
    const limit = Math.max(1, Number(call.options.limit) || 50);
    const letters = await withDesk(call, sound, (desk) => desk.list({ ...pod, limit }));
    if (call.options.json === true) {
      call.terminal.json({ deadLetters: letters });
      return;
    }
    if (letters.length === 0) call.terminal.note("No dead letters.");
    const rows = letters.map((letter) => [
      String(letter.id),
      formatTime(letter.time),
      letter.pod,
      letter.reason,
      letter.error ?? "",
    ]);
    for (const line of formatTable(rows)) call.terminal.out(line);
  },
};
