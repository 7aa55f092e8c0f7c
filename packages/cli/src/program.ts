import { Command as Commander, type CommanderError, Option } from "commander";
import type { Command, CommandEntry } from "./command.ts";
import { commands } from "./commands/list.ts";
import { readVersion } from "./version.ts";

/** A command that was chosen, with what it was given. */
export interface Invocation {
  readonly command: Command;
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/**
 * The command line as commander sees it. Only commands whose names are among the words are loaded; `all` loads every
 * one, for documentation and completion.
 */
export async function buildProgram(
  words: readonly string[] | "all",
  execute: (invocation: Invocation) => Promise<void>,
): Promise<Commander> {
  const program = configure(new Commander("pawl"))
    .description("Code that is called at the right moment: flows, hooks and networks.")
    .version(readVersion(), "-V, --version", "Print the version")
    .option("-C, --project <dir>", "Work in the project around this folder")
    .option("--verbose", "Show stack traces and details")
    .helpCommand("help [command]", "Show how a command is used")
    .addHelpText("after", "\nStart with: pawl init my-automations");
  // Where the first word is a command, nothing is said of the others, and to make them takes as long as to run some.
  const first = words === "all" ? undefined : commands.find(({ name }) => name === words[0]);
  await addCommands(program, first ? [first] : commands, { words, execute });
  return program;
}

interface Building {
  readonly words: readonly string[] | "all";
  readonly execute: (invocation: Invocation) => Promise<void>;
}

async function addCommands(parent: Commander, entries: readonly CommandEntry[], building: Building): Promise<void> {
  for (const entry of entries) {
    const added = configure(parent.command(entry.name, { hidden: entry.isHidden ?? false })).summary(entry.summary);
    added.description(`${entry.summary}.`);
    if (entry.group) added.helpGroup(`${entry.group}:`);
    const isWanted = building.words === "all" || building.words.includes(entry.name);
    if (!isWanted) continue;
    if (entry.commands) await addCommands(added, entry.commands, building);
    if (entry.load) describe(added, (await entry.load()).command, building.execute);
  }
}

function describe(added: Commander, command: Command, execute: Building["execute"]): void {
  for (const { name, description } of command.arguments ?? []) added.argument(name, description);
  for (const { flags, description, default: preset, isList } of command.options ?? []) {
    const option = new Option(flags, description);
    if (preset !== undefined) option.default(preset);
    if (isList) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    added.addOption(option);
  }
  if (command.json) added.option("--json", "Print one JSON document");
  if (command.details) added.description(command.details);
  if (command.examples) {
    added.addHelpText("after", `\nExamples:\n${command.examples.map((example) => `  ${example}`).join("\n")}`);
  }
  added.action(async () => {
    await execute({ command, arguments: added.args, options: added.optsWithGlobals() });
  });
}

const commandsOf = new WeakMap<CommanderError, Commander>();

/** The command that was used wrongly, as it is typed: `pawl hooks explain`. */
export function usedCommand(error: CommanderError): string {
  const names: string[] = [];
  for (let command = commandsOf.get(error); command; command = command.parent ?? undefined)
    names.unshift(command.name());
  return names.join(" ") || "pawl";
}

/** Errors are thrown to the one place that reports them, instead of being printed here. */
function configure(commander: Commander): Commander {
  return commander
    .exitOverride((error) => {
      commandsOf.set(error, commander);
      throw error;
    })
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true });
}
