import { hasErrors } from "@pawl/hooks/diagnostics";
import { checkNetworks, networkFilesOf } from "../../checking/check-networks.ts";
import { checkedToJson, showChecked } from "../../checking/checked-file.ts";
import type { Call, Command } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { mayImportCode, projectOf } from "../../open-project.ts";
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
    const { json, strict, import: isWanted } = call.options;
    const importModules = isWanted !== false && (await mayImportCode(call, await projectOf(call)));
    const files = await namedFiles(call);
    const checked = await checkNetworks(files, { from: call.cwd, importModules, isStrict: strict === true });
    if (json === true) call.terminal.json({ files: checked.map(checkedToJson) });
    else showChecked(call.terminal, checked, "No network files here. pawl network new NAME writes a first one.");
    if (isWanted !== false && !importModules && json !== true) {
      call.terminal.note("The modules of pods were not imported, so what they export is not known: pawl trust");
    }
    return checked.some((file) => hasErrors(file.diagnostics)) ? exitCodes.invalidFile : exitCodes.ok;
  },
};

async function namedFiles(call: Call): Promise<readonly string[]> {
  if (call.arguments.length > 0) return Promise.all(call.arguments.map((name) => findNetworkFile(call, name)));
  return networkFilesOf(await projectOf(call));
}
