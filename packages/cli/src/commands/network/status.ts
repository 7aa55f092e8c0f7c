import type { Network, NetworkStatus } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { projectOf } from "../../open-project.ts";
import { formatTable } from "../../output/table.ts";
import { withDesk } from "./desk.ts";
import { soundNetwork } from "./network-file.ts";
import { transportOptions } from "./transport.ts";

interface Shown {
  readonly network: Network;
  readonly url: string | undefined;
  readonly status: NetworkStatus | undefined;
  readonly deadLetters: number;
}

export const command: Command = {
  arguments: [{ name: "[files...]", description: "Network files. Default: all of the project", complete: "file" }],
  options: transportOptions,
  json: true,
  details: "Show which networks run, what waits at their pods, and how many dead letters they have.",
  async run(call) {
    const { findNetworkFiles } = await import("@pawl/networks");
    const files = call.arguments.length > 0 ? call.arguments : findNetworkFiles((await projectOf(call)).dir);
    const shown: Shown[] = [];
    for (const file of files) {
      const sound = await soundNetwork(call, file);
      const { network } = sound;
      shown.push(
        await withDesk(call, sound, async (desk) => {
          const status = await desk.status();
          const deadLetters = status?.deadLetters ?? (await desk.list({ limit: 1_000 })).length;
          return { network, url: desk.url, status, deadLetters };
        }),
      );
    }
    if (call.options.json === true) {
      call.terminal.json({
        networks: shown.map(({ network, url, status, deadLetters }) => {
          return { network: network.name, state: "stopped", url, deadLetters, ...status };
        }),
      });
    } else for (const each of shown) print(call, each);
    if (shown.length === 0) call.terminal.note("No network files here. pawl network new NAME writes a first one.");
  },
};

function processes(count: number): string {
  return `${count} process${count === 1 ? "" : "es"}`;
}

function whereOf(url: string | undefined, status: NetworkStatus | undefined): string {
  if (url !== undefined) return `${status?.state ?? "runs"} at ${url}`;
  if (!status?.processes) return "does not run";
  const why = status.reason === undefined ? "" : ` · not ready: ${status.reason}`;
  return `${status.state} in ${processes(status.processes)}${why}`;
}

function print({ terminal }: Call, { network, url, status, deadLetters }: Shown): void {
  const where = whereOf(url, status);
  const dead = deadLetters === 0 ? "" : ` · ${deadLetters} dead: pawl network dlq list ${network.name}`;
  terminal.out(`${terminal.colors.bold(network.name)}  ${where}${dead}`);
  const rows = (status?.pods ?? []).map((pod) => {
    const sets = pod.openSets ? `${pod.openSets} sets open` : "";
    const running = pod.processes === undefined ? "" : processes(pod.processes);
    const counts = [`${pod.received} in`, `${pod.sent} out`, `${pod.backlog.messages} waiting`];
    return [pod.id, pod.type, ...counts, sets, running];
  });
  for (const line of formatTable(rows)) terminal.out(`  ${line}`);
}
