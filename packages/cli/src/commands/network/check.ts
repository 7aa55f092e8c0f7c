import { relative } from "node:path";
import { hasErrors } from "@pawl/hooks/diagnostics";
import type { NetworkFile } from "@pawl/networks";
import type { Call, Command } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { projectOf, provided } from "../../open-project.ts";
import { countOf, formatDiagnostics, plural } from "../../output/diagnostics.ts";
import { findNetworkFile } from "./network-file.ts";

export const command: Command = {
  arguments: [{ name: "[files...]", description: "Network files. Default: all of the project", complete: "file" }],
  options: [
    { flags: "--strict", description: "A pod without a hook, or two networks in one file, is an error" },
    { flags: "--no-import", description: "Leave the modules of pods alone" },
    { flags: "--trust-all", description: "Import the modules of pods, trusted or not" },
  ],
  json: true,
  details:
    "Check network files and list every mistake, each with its place. Nothing is run; modules are imported to see what they export, when the project is trusted.",
  examples: ["pawl network check networks/scoring.yaml", "pawl network check --json"],
  async run(call) {
    const { isPartial, importModules } = await mayImport(call);
    const files = await namedFiles(call);
    const { checkNetwork, createPodLoader } = await import("@pawl/networks");
    const isStrict = call.options.strict === true;
    const load = createPodLoader(provided);
    const checked = await Promise.all(files.map((file) => checkNetwork(file, { importModules, isStrict, load })));
    if (call.options.json === true) call.terminal.json({ files: checked.map((file) => toJson(call, file)) });
    else show(call, checked);
    if (isPartial && call.options.json !== true) {
      call.terminal.note("The modules of pods were not imported, so what they export is not known: pawl trust");
    }
    return checked.some((file) => hasErrors(file.diagnostics)) ? exitCodes.invalidFile : exitCodes.ok;
  },
};

async function mayImport(call: Call): Promise<{ importModules: boolean; isPartial: boolean }> {
  if (call.options.import === false) return { importModules: false, isPartial: false };
  if (call.options.trustAll === true) return { importModules: true, isPartial: false };
  const { isTrusted } = await import("@pawl/flows");
  const project = await projectOf(call);
  const isAllowed = project.isProject && isTrusted(project.dir, call.env);
  return { importModules: isAllowed, isPartial: !isAllowed };
}

async function namedFiles(call: Call): Promise<string[]> {
  if (call.arguments.length > 0) return Promise.all(call.arguments.map((name) => findNetworkFile(call, name)));
  const { findNetworkFiles } = await import("@pawl/networks");
  return findNetworkFiles((await projectOf(call)).dir);
}

function show({ terminal, cwd }: Call, checked: readonly NetworkFile[]): void {
  const found = checked.flatMap((file) => file.diagnostics);
  for (const { file, text, diagnostics } of checked) {
    if (diagnostics.length === 0) continue;
    terminal.out(formatDiagnostics(relative(cwd, file), diagnostics, { colors: terminal.colors, text }));
  }
  if (checked.length === 0) terminal.out("No network files here. pawl network new NAME writes a first one.");
  else if (found.length > 0) terminal.out(countOf(found));
  else terminal.out(`${plural(checked.length, "file")}, no mistakes`);
}

/** As `pawl validate --json` prints it. */
function toJson({ cwd }: Call, { file, diagnostics }: NetworkFile): object {
  return {
    file: relative(cwd, file),
    ok: !hasErrors(diagnostics),
    diagnostics: diagnostics.map(({ code, severity, message, line, column, hint }) => {
      return { code, severity, message, line: line ?? 1, column: column ?? 1, ...(hint === undefined ? {} : { hint }) };
    }),
  };
}
