import type { Transport } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { networkArgument, type SoundFile, soundNetwork } from "./network-file.ts";
import { localTransport, logTo } from "./running.ts";
import { type Serving, serveNetwork, servingOptions, shownStore } from "./serve-network.ts";
import { openNats, shownTransport, transportOptions, transportUrl } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument],
  options: [
    ...servingOptions,
    { flags: "--memory", description: "Keep messages in memory: all are lost when this ends" },
    ...transportOptions,
  ],
  endsWhenAsked: true,
  details: "Run all pods of a network in this process, until it is asked to end.",
  examples: [
    "pawl network up networks/scoring.yaml",
    "curl -d '{}' -H 'content-type: application/json' localhost:8000/trigger",
  ],
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    await serveNetwork(call, sound, await servingOf(call, sound));
  },
};

async function servingOf(call: Call, sound: SoundFile): Promise<Serving> {
  const url = transportUrl(call);
  const isMemory = call.options.memory === true;
  if (isMemory && typeof call.options.transport === "string") {
    throw usageError("--memory keeps messages here, and --transport elsewhere: only one of them can be meant.");
  }
  if (url !== undefined && !isMemory) {
    const transport: Transport = await openNats(call, url, { network: sound.network, log: logTo(call) });
    return { transport, store: await shownTransport(url) };
  }
  const transport = await localTransport(sound, isMemory ? "memory" : "sqlite");
  return {
    transport,
    store: isMemory ? "memory: all messages are lost when this ends" : shownStore(call, sound.database),
  };
}
