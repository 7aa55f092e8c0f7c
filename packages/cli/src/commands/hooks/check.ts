import { byPosition, type Diagnostic, hasErrors } from "@pawl/hooks/diagnostics";
import { checkedHookFiles } from "../../checking/check-hooks.ts";
import type { Call, Command } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { countOf, formatDiagnostics, plural } from "../../output/diagnostics.ts";
import { hookOptions, trustAllOption, withHooks } from "./open-hooks.ts";

export const command: Command = {
  options: [...hookOptions, trustAllOption],
  json: true,
  details: "Check HOOK.md and settings files and list every mistake, each with its place. No hook is run.",
  run: (call) =>
    withHooks(call, async ({ loaded, projectDir }) => {
      const diagnostics = [...loaded.diagnostics].sort(byPosition);
      const isOk = !hasErrors(diagnostics);
      if (call.options.json === true) call.terminal.json({ ok: isOk, hooks: loaded.hooks.length, diagnostics });
      else show(call, diagnostics, loaded.hooks.length, projectDir);
      return isOk ? exitCodes.ok : exitCodes.invalidFile;
    }),
};

function show({ terminal }: Call, diagnostics: readonly Diagnostic[], hooks: number, projectDir: string): void {
  const checked = checkedHookFiles(diagnostics, projectDir);
  for (const { file, text, diagnostics: found } of checked) {
    terminal.out(formatDiagnostics(file, found, { colors: terminal.colors, text }));
  }
  const count = `${countOf(diagnostics)} in ${plural(checked.length, "file")}`;
  terminal.out(diagnostics.length === 0 ? `${plural(hooks, "hook")}, no mistakes` : count);
}
