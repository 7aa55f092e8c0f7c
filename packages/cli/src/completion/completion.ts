import { RootCommand, script, type Command as TabCommand } from "@bomb.sh/tab";
import type { Call, Command, CommandEntry, Completable } from "../command.ts";
import { bashScript } from "./bash.ts";
import { type CompletionNames, readNames } from "./names.ts";

/** Prints the script that asks `pawl complete` for suggestions. */
export function completionScript(shell: string, write: (text: string) => void): void {
  if (shell === "bash") write(bashScript);
  else script(shell, "pawl", "pawl");
}

/** Prints what can stand in place of the last word. */
export async function complete(call: Call, words: readonly string[]): Promise<void> {
  const root = new RootCommand();
  const names = await readNames(call, words);
  for (const option of ["project", "verbose"]) root.option(option, "");
  await addAll(root, call.commands, { prefix: "", words, names });
  root.parse([...words]);
}

interface Adding {
  readonly prefix: string;
  readonly words: readonly string[];
  readonly names: CompletionNames;
}

async function addAll(root: RootCommand, entries: readonly CommandEntry[], adding: Adding): Promise<void> {
  for (const entry of entries) {
    if (entry.isHidden) continue;
    const path = `${adding.prefix}${entry.name}`;
    const added = root.command(path, entry.summary);
    if (!adding.words.includes(entry.name)) continue;
    if (entry.load) describe(added, (await entry.load()).command, adding.names);
    if (entry.commands) await addAll(root, entry.commands, { ...adding, prefix: `${path} ` });
  }
}

function describe(added: TabCommand, command: Command, names: CompletionNames): void {
  const suggest = (kind: Completable | undefined) => (suggestion: (value: string, description: string) => void) => {
    for (const { value, about } of kind === undefined ? [] : (names[kind] ?? [])) suggestion(value, about);
  };
  for (const { name, complete: kind } of command.arguments ?? []) {
    added.argument(name.replaceAll(/[<>[\].]/g, ""), suggest(kind), name.includes("..."));
  }
  for (const { flags, description, complete: kind } of command.options ?? []) {
    const [, short, long = "", value] = /^(?:-(\w), )?--([\w-]+)( <.*)?$/.exec(flags) ?? [];
    if (value === undefined) added.option(long, description, short ?? "");
    else added.option(long, description, suggest(kind), short);
  }
  if (command.json) added.option("json", "Print one JSON document");
}
