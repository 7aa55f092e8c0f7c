import type { Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { plural } from "../../output/diagnostics.ts";
import { withDesk } from "./desk.ts";
import { letterId } from "./letter-id.ts";
import { soundNetwork } from "./network-file.ts";
import { transportOptions } from "./transport.ts";

const mostAtOnce = 1_000;

export const command: Command = {
  arguments: [
    { name: "<file>", description: "A network file, or the name of a network", complete: "file" },
    { name: "[id]", description: "The number of the dead letter" },
  ],
  options: [{ flags: "--all", description: "Every dead letter of the network" }, ...transportOptions],
  json: true,
  details: "Send a dead letter again, under a new correlation id: the old one has come to its end.",
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const isAll = call.options.all === true;
    if (!isAll && call.arguments[1] === undefined)
      throw usageError("Name a dead letter, or --all.", "pawl network dlq list");
    const replayed = await withDesk(call, sound, async (desk) => {
      const ids = isAll
        ? (await desk.list({ limit: mostAtOnce })).map((letter) => letter.id).reverse()
        : [letterId(call.arguments[1])];
      const sent: { id: number; correlationId: string }[] = [];
      for (const id of ids) sent.push({ id, correlationId: await desk.replay(id) });
      return { sent, isRunning: desk.url !== undefined };
    });
    if (call.options.json === true) call.terminal.json({ replayed: replayed.sent });
    else {
      for (const { id, correlationId } of replayed.sent) call.terminal.out(`${id} -> ${correlationId}`);
      const when = replayed.isRunning ? "" : "; delivered when the network runs";
      call.terminal.note(`${plural(replayed.sent.length, "dead letter")} sent again${when}`);
    }
  },
};
