import { buildProgram } from "../../packages/cli/src/program.ts";

type Commander = Awaited<ReturnType<typeof buildProgram>>;

/** Every command with its arguments and options, as commander knows them. */
export async function renderCommands(): Promise<string> {
  const program = await buildProgram("all", async () => {});
  const sections = commandsBelow(program).map(renderCommand);
  const globals = program.options
    .filter((option) => !option.hidden)
    .map((option) => row([option.flags, option.description]));
  return [
    "# The `pawl` command",
    "",
    "Results go to standard output, everything else to standard error. `NO_COLOR` and `FORCE_COLOR` are followed. Every command",
    "that reads has `--json`. How a command ended is in its [exit code](exit-codes.md).",
    "",
    "Before or after any command:",
    "",
    row(["option", "meaning"]),
    row(["---", "---"]),
    ...globals,
    "",
    ...sections,
  ].join("\n");
}

function commandsBelow(parent: Commander): Commander[] {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .filter((command) => command.name() !== "help")
    .flatMap((command) => (command.commands.length > 0 ? commandsBelow(command) : [command]));
}

function renderCommand(command: Commander): string {
  const names: string[] = [];
  for (let at: Commander | null = command; at; at = at.parent) names.unshift(at.name());
  const help = command.createHelp();
  const rows = [
    ...command.registeredArguments.map((argument) => {
      const name = argument.variadic ? `${argument.name()}...` : argument.name();
      return row([argument.required ? `<${name}>` : `[${name}]`, argument.description]);
    }),
    ...help
      .visibleOptions(command)
      .filter((option) => option.long !== "--help")
      .map((option) => row([option.flags, withDefault(option.description, option.defaultValue)])),
  ];
  const table = rows.length === 0 ? [] : [row(["argument or option", "meaning"]), row(["---", "---"]), ...rows, ""];
  return [`## ${names.join(" ")}`, "", command.description(), "", ...table].join("\n");
}

function withDefault(description: string, value: unknown): string {
  return value === undefined ? description : `${description}. Default: ${value}`;
}

function row([name = "", text = ""]: readonly string[]): string {
  const shown = /^-+$|^option$|^argument or option$/.test(name) ? name : `\`${name.replaceAll("|", "\\|")}\``;
  return `| ${shown} | ${text.replaceAll("|", "\\|").replaceAll(/<([a-z-]+)>/g, "`<$1>`")} |`;
}
