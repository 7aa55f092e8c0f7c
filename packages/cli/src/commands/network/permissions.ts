import type { Command } from "../../command.ts";
import { networkArgument, soundNetwork } from "./network-file.ts";
import { tenantOf } from "./transport.ts";

export const command: Command = {
  arguments: [networkArgument],
  options: [
    { flags: "--tenant <name>", description: "As the pods are started with. Default: $PAWL_TENANT or default" },
  ],
  json: true,
  details:
    "Print the part of a NATS server's configuration that gives each pod a user, who may send only where its connections lead. Passwords are read from the server's environment.",
  examples: ["pawl network permissions networks/scoring.yaml > scoring-users.conf"],
  async run(call) {
    const { network } = await soundNetwork(call, call.arguments[0]!);
    const { permissionsOf } = await import("@pawl/networks/nats");
    const users = permissionsOf(network, await tenantOf(call)).map((each) => ({
      ...each,
      passwordVariable: `NATS_${(each.pod === undefined ? network.name : `${network.name}_${each.pod}`).toUpperCase().replaceAll("-", "_")}`,
    }));
    if (call.options.json === true) {
      call.terminal.json({ network: network.name, users });
      return;
    }
    const blocks = users.map(({ user, passwordVariable, publish, subscribe }) => [
      `    { user: "${user}", password: $${passwordVariable}, permissions: {`,
      `      publish: [${list(publish)}]`,
      `      subscribe: [${list(subscribe)}]`,
      "      allow_responses: true",
      "    } }",
    ]);
    for (const line of ["authorization {", "  users = [", ...blocks.flat(), "  ]", "}"]) call.terminal.out(line);
  },
};

function list(subjects: readonly string[]): string {
  return subjects.map((subject) => JSON.stringify(subject)).join(", ");
}
