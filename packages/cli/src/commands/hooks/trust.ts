import type { Call, Command } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { plural } from "../../output/diagnostics.ts";
import { checkNames } from "./hook-names.ts";
import { hookOptions, withHooks } from "./open-hooks.ts";

export const command: Command = {
  arguments: [{ name: "[names...]", description: "Hooks by name. Default: all that come with the project" }],
  options: hookOptions,
  json: true,
  details:
    "Record that hooks of this project may run as they are now: a digest of every file in the hook's folder and of " +
    "every file its command names. A hook that changes is not trusted any more. Nothing is asked; look before.",
  examples: ["pawl hooks trust", "pawl hooks trust guard-rm"],
  run: (call) =>
    withHooks(call, async ({ loaded }) => {
      const { trustHooks } = await import("@pawl/hooks");
      checkNames(call.arguments, loaded.hooks);
      const trusted = trustHooks(loaded, call.arguments);
      if (call.options.json === true) call.terminal.json({ trusted });
      else show(call, trusted);
      return trusted.some((one) => one.problem !== undefined) ? exitCodes.failed : exitCodes.ok;
    }),
};

type Trusted = readonly { readonly name: string; readonly files: readonly string[]; readonly problem?: string }[];

function show({ terminal }: Call, trusted: Trusted): void {
  if (trusted.length === 0) terminal.out("No hook here needs trust: those of a project do, your own do not.");
  for (const { name, files, problem } of trusted) {
    if (problem !== undefined) terminal.out(`${name}  ${terminal.colors.red("not trusted")}: ${problem}`);
    else terminal.out(`${name}  trusted  ${terminal.colors.dim(`${plural(files.length, "file")}: ${shown(files)}`)}`);
  }
}

function shown(files: readonly string[]): string {
  return files.length <= 5 ? files.join(", ") : `${files.slice(0, 5).join(", ")}, …`;
}
