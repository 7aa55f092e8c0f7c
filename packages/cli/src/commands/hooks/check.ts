import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { byPosition, type Diagnostic, hasErrors } from "@pawl/hooks/diagnostics";
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
  const files = new Map<string, Diagnostic[]>();
  for (const one of diagnostics) files.set(one.file ?? "", [...(files.get(one.file ?? "") ?? []), one]);
  for (const [file, found] of files) {
    const place = relative(projectDir, file);
    const shown = place.startsWith("..") ? file : place;
    terminal.out(formatDiagnostics(shown, found, { colors: terminal.colors, text: textOf(file) }));
  }
  const count = plural(hooks, "hook");
  terminal.out(
    diagnostics.length === 0 ? `${count}, no mistakes` : `${countOf(diagnostics)} in ${plural(files.size, "file")}`,
  );
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
