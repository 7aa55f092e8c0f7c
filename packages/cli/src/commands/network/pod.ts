import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Network } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { notFound, usageError } from "../../command-error.ts";
import { networkArgument, soundNetwork } from "./network-file.ts";
import { logTo } from "./running.ts";
import { serveNetwork, servingOptions } from "./serve-network.ts";
import { openNats, shownTransport, transportOptions, transportUrl } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument],
  options: [
    { flags: "--pod <id>", description: "The pod to run; may be given several times", isList: true },
    ...servingOptions,
    ...transportOptions,
    { flags: "--no-set-up", description: "Streams are made by pawl network set-up, with rights this one has not" },
  ],
  endsWhenAsked: true,
  details:
    "Run one pod of a network in a process of its own; the others run elsewhere, on the same NATS server. It waits for the server as long as needed, and /readyz says so.",
  examples: [
    "pawl network pod networks/scoring.yaml --pod intake --transport nats://localhost:4222",
    "pawl network processes networks/scoring.yaml --transport nats://localhost:4222",
  ],
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const pods = podsOf(call, sound.network);
    const url = transportUrl(call);
    if (url === undefined) {
      throw usageError(
        "A pod alone needs to know where the others are: --transport nats://host:4222, or $PAWL_TRANSPORT.",
      );
    }
    const [pod, ...more] = pods;
    const transport = await openNats(call, url, {
      network: sound.network,
      log: logTo(call),
      ...(call.options.setUp === false ? { setUp: "expect" } : {}),
      ...(more.length === 0 ? { pod: pod! } : {}),
    });
    await serveNetwork(call, sound, { transport, store: await shownTransport(url), pods });
  },
};

function podsOf({ options }: Call, network: Network): readonly string[] {
  const asked = (options.pod as readonly string[] | undefined) ?? [];
  const ids = network.pods.map((pod) => pod.id);
  if (asked.length === 0) throw usageError(`Which pod shall run here? --pod ${ids.join(" | ")}`);
  for (const id of asked) {
    if (!ids.includes(id))
      throw notFound(`"${network.name}" has no pod "${id}".${didYouMean(id, ids)}`, "pawl network graph");
  }
  return [...new Set(asked)];
}
