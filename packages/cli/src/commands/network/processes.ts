import { relative } from "node:path";
import type { Pod } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { networkArgument, type SoundFile, soundNetwork } from "./network-file.ts";
import { portOf } from "./serve-network.ts";
import { tenantOf, transportOptions, transportUrl } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument],
  options: [
    ...transportOptions,
    { flags: "--port <port>", description: "Of the first process; the others take the next ones", default: "8000" },
    { flags: "--same-port", description: "All on the same port: each in a container of its own" },
  ],
  json: true,
  details:
    "Print the command line of each process that runs one pod of a network: what a process manager or a container needs. Secrets are left to the environment.",
  examples: ["pawl network processes networks/scoring.yaml --transport nats://localhost:4222"],
  async run(call) {
    const sound = await soundNetwork(call, call.arguments[0]!);
    const { network } = sound;
    const given = await connection(call);
    const processes = network.pods.map((pod) => processOf(call, sound, { pod, given }));
    if (call.options.json === true)
      call.terminal.json({ network: network.name, revision: network.revision, processes });
    else for (const { command: argv } of processes) call.terminal.out(argv.map(quoted).join(" "));
  },
};

interface Process {
  readonly pod: string;
  readonly type: Pod["type"];
  readonly port: number;
  /** `any`: as many as wanted share the work. `standby`: one works, the others wait for its end. */
  readonly replicas: "any" | "standby";
  readonly isBoundary: boolean;
  readonly command: readonly string[];
}

function processOf(
  call: Call,
  { file, network }: SoundFile,
  { pod, given }: { readonly pod: Pod; readonly given: readonly string[] },
): Process {
  const first = portOf(call);
  const port = call.options.samePort === true || first === 0 ? first : first + pod.index;
  const shownFile = relative(call.cwd, file) || file;
  return {
    pod: pod.id,
    type: pod.type,
    port,
    replicas: pod.aggregate === undefined ? "any" : "standby",
    isBoundary: pod.type === "gateway" || pod.type === "sink",
    command: [
      ...["pawl", "network", "pod", shownFile, "--pod", network.pods[pod.index]!.id, "--port", String(port)],
      ...given,
    ],
  };
}

/** As it was given here. What comes from the environment is left there. */
async function connection(call: Call): Promise<string[]> {
  const { options } = call;
  const given = (flag: string, value: unknown) => (typeof value === "string" ? [flag, value] : []);
  const url = typeof options.transport === "string" ? transportUrl(call) : undefined;
  return [
    ...given("--transport", url),
    ...(typeof options.tenant === "string" ? ["--tenant", await tenantOf(call)] : []),
    ...given("--creds", options.creds),
    ...given("--tls-ca", options.tlsCa),
    ...given("--tls-cert", options.tlsCert),
    ...given("--tls-key", options.tlsKey),
  ];
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
