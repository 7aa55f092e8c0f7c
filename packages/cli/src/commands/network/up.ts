import { relative } from "node:path";
import type { Network } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { CommandError, usageError } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { plural } from "../../output/diagnostics.ts";
import { soundNetwork } from "./network-file.ts";
import { logTo, runNetworkFile } from "./running.ts";

const defaultPort = 8_000;

export const command: Command = {
  arguments: [{ name: "<file>", description: "A network file, or the name of a network", complete: "file" }],
  options: [
    { flags: "--port <port>", description: "Where gateways listen; 0 takes a free port", default: String(defaultPort) },
    { flags: "--host <address>", description: "The address to listen on", default: "127.0.0.1" },
    { flags: "--memory", description: "Keep messages in memory: all are lost when this ends" },
    { flags: "--strict", description: "A pod without a hook is an error" },
  ],
  details: "Run all pods of a network in this process, until it is asked to end.",
  examples: [
    "pawl network up networks/scoring.yaml",
    "curl -d '{}' -H 'content-type: application/json' localhost:8000/trigger",
  ],
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const { openHost, ServerError } = await import("../../server/http-host.ts");
    const tokens = call.env.PAWL_TOKEN ? { tokens: { token: call.env.PAWL_TOKEN } } : {};
    const options = { host: String(call.options.host), port: portOf(call), log: logTo(call), ...tokens };
    const host = await openHost(options).catch((error: unknown) => {
      if (error instanceof ServerError)
        throw new CommandError(exitCodes.cannotConnect, error.message, { cause: error });
      throw error;
    });
    try {
      const engine = call.options.memory === true ? "memory" : "sqlite";
      const running = await runNetworkFile(call, sound, { host, engine, isStrict: call.options.strict === true });
      announce(call, {
        network: sound.network,
        url: host.main.url,
        store: engine === "memory" ? "memory" : sound.database,
      });
      await asked(call.signal);
      call.terminal.note("stopping: running hooks may end, what waits goes on next time");
      host.drain();
      await running.close();
    } finally {
      await host.close(0);
    }
  },
};

function portOf({ options }: Call): number {
  const port = Number(options.port);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw usageError(`A port is a number up to 65535; "${options.port}" came.`);
}

function announce(call: Call, up: { readonly network: Network; readonly url: string; readonly store: string }): void {
  const { network, url, store } = up;
  const { out, note } = call.terminal;
  const shownStore = store === "memory" ? "memory: all messages are lost when this ends" : relative(call.cwd, store);
  out(`${network.name}  ${plural(network.pods.length, "pod")} · store ${shownStore} · ${url}`);
  const gateways = network.pods.filter((pod) => pod.type === "gateway");
  const sinks = network.pods.filter((pod) => pod.type === "sink");
  for (const pod of gateways)
    out(`  POST ${url}${gateways.length === 1 ? "/trigger" : `/networks/${network.name}/${pod.id}/trigger`}`);
  for (const pod of sinks)
    out(`  GET  ${url}${sinks.length === 1 ? "/output" : `/networks/${network.name}/${pod.id}/output`}`);
  note("Ctrl-C ends it");
}

function asked(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
