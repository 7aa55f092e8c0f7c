import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { projectOf } from "../../open-project.ts";
import { hookLanguages, newHookFiles } from "./new-hook-files.ts";
import { eventOf } from "./read-input.ts";

export const command: Command = {
  arguments: [{ name: "<name>", description: "Letters, digits and - _ ." }],
  options: [
    { flags: "--event <event>", description: "PreToolUse, Stop, …" },
    { flags: "--matcher <matcher>", description: "Which tools (or sources, triggers, …) it is for" },
    { flags: "--language <name>", description: `${hookLanguages.join(", ")}`, default: "sh" },
  ],
  details: "Write hooks/NAME/HOOK.md with a program that does nothing yet.",
  examples: ["pawl hooks new guard-rm --event PreToolUse --matcher Bash"],
  async run(call) {
    const name = call.arguments[0]!;
    if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(name))
      throw usageError(`"${name}" is no name: letters, digits and - _ . please.`);
    if (typeof call.options.event !== "string") throw usageError("Which event? --event PreToolUse");
    const event = await eventOf(call.options.event, undefined);
    const language = hookLanguages.find((known) => known === call.options.language);
    if (!language) throw usageError(`There is no language ${call.options.language}: ${hookLanguages.join(", ")}.`);
    const matcher = typeof call.options.matcher === "string" ? call.options.matcher : undefined;
    const folder = join((await projectOf(call)).dir, "hooks", name);
    if (existsSync(folder)) throw usageError(`hooks/${name} is there already.`);
    mkdirSync(folder, { recursive: true });
    for (const file of newHookFiles({ name, event, matcher, language })) {
      writeFileSync(join(folder, file.path), file.content, { mode: file.isProgram ? 0o755 : 0o644 });
      call.terminal.out(`hooks/${name}/${file.path}`);
    }
    call.terminal.note(`Next: pawl hooks trust ${name} && pawl hooks explain ${event}`);
  },
};
