import type { Command } from "../../command.ts";
import { plural } from "../../output/diagnostics.ts";
import { oneOrAll, oneOrAllLetters } from "./dead-letters.ts";
import { withDesk } from "./desk.ts";
import { soundNetwork } from "./network-file.ts";

const mostAtOnce = 1_000;

export const command: Command = {
  ...oneOrAllLetters,
  json: true,
  details: "Send a dead letter again, under a new correlation id: the old one has come to its end.",
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const id = oneOrAll(call);
    const replayed = await withDesk(call, sound, async (desk) => {
      const ids =
        id === undefined ? (await desk.list({ limit: mostAtOnce })).map((letter) => letter.id).reverse() : [id];
      const sent: { id: number; correlationId: string }[] = [];
      for (const one of ids) sent.push({ id: one, correlationId: await desk.replay(one) });
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
