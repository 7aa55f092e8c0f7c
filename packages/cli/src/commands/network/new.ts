import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { projectOf } from "../../open-project.ts";
import { hookStub, patterns } from "../../scaffold/networks.ts";

export const command: Command = {
  arguments: [{ name: "<name>", description: "The network's name: lower-case letters, digits, hyphens" }],
  options: [{ flags: "--pattern <pattern>", description: "line, fan, diamond or two-sources", default: "line" }],
  details: "Write networks/NAME.yaml and a module with the hook of each pod. Files that exist are left as they are.",
  examples: ["pawl network new scoring --pattern diamond"],
  async run(call) {
    const name = call.arguments[0]!;
    const pattern = patterns[String(call.options.pattern)];
    if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
      throw usageError(`"${name}" is no name for a network: lower-case letters, digits and hyphens, up to 40.`);
    }
    if (pattern === undefined) {
      throw usageError(`There is no pattern "${call.options.pattern}". Patterns: ${Object.keys(patterns).join(", ")}.`);
    }
    const { parseNetwork } = await import("@pawl/networks");
    const folder = join((await projectOf(call)).dir, "networks");
    const text = pattern(name);
    const { network } = parseNetwork(text);
    const modules = network!.pods.map((pod) => [join(folder, name, `${pod.id}.ts`), hookStub(pod.type)] as const);
    for (const [file, content] of [[join(folder, `${name}.yaml`), text] as const, ...modules]) {
      const isThere = existsSync(file);
      if (!isThere) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
      call.terminal.out(`  ${relative(call.cwd, file)}${isThere ? "  was there already; left as it is" : ""}`);
    }
    call.terminal.out(`Next: pawl network up ${relative(call.cwd, join(folder, `${name}.yaml`))}`);
  },
};
