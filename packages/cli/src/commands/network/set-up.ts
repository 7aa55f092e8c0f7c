import type { Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { networkArgument, soundNetwork } from "./network-file.ts";
import { logTo } from "./running.ts";
import { shownTransport, transportOptions, transportUrl, withNats } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument],
  options: transportOptions,
  details:
    "Make the streams and consumers of a network on a NATS server, or give those that are there the limits of now. Pods do so themselves unless they are started with --no-set-up.",
  examples: ["pawl network set-up networks/scoring.yaml --transport nats://localhost:4222"],
  async run(call) {
    const { network } = await soundNetwork(call, call.arguments[0]!);
    const url = transportUrl(call);
    if (url === undefined) throw usageError("Where is the server? --transport nats://host:4222, or $PAWL_TRANSPORT.");
    await withNats(call, url, { network, log: logTo(call), work: async () => {} });
    call.terminal.out(`${network.name} is set up on ${await shownTransport(url)}`);
  },
};
