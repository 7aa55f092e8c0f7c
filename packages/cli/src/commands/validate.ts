import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { LoadedProject } from "@pawl/flows";
import { hasErrors, nearest } from "@pawl/hooks/diagnostics";
import { checkFlows, flowPathsOf, outsideOfFlows } from "../checking/check-flows.ts";
import { checkHooks } from "../checking/check-hooks.ts";
import { checkNetworks, networkFilesOf } from "../checking/check-networks.ts";
import { type CheckedFile, checkedToJson, pathIn, showChecked } from "../checking/checked-file.ts";
import type { Call, Command } from "../command.ts";
import { notFound } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadProjectToRead, mayImportCode } from "../open-project.ts";

const none = "No flow files here. A flow is a file in flows/: pawl init writes a first one.";

export const command: Command = {
  arguments: [
    {
      name: "[files...]",
      description: "Flows, their tests, networks and HOOK.md files. Default: all of the project",
      complete: "file",
    },
  ],
  options: [{ flags: "--trust-all", description: "Import the project's code, trusted or not" }],
  json: true,
  details:
    "Check flows and their tests, networks and lifecycle hooks, and list every mistake, each with its place. Nothing is run.",
  examples: ["pawl validate", "pawl validate flows/deploy.yaml --json"],
  async run(call) {
    const loaded = await loadProjectToRead(call);
    const checked = await checkAll(call, loaded);
    if (call.options.json === true) call.terminal.json({ files: checked.map(checkedToJson) });
    else showChecked(call.terminal, checked, none);
    if (loaded.isPartial && call.options.json !== true) {
      call.terminal.note("The project's code was not imported, so its nodes and triggers are not known: pawl trust");
    }
    return checked.some((file) => hasErrors(file.diagnostics)) ? exitCodes.invalidFile : exitCodes.ok;
  },
};

/** What was named, or everything; the configuration and the plugins in any case, since their mistakes explain others. */
async function checkAll(call: Call, loaded: LoadedProject): Promise<CheckedFile[]> {
  const { project } = loaded;
  const hooks = await checkHooks(loaded, call.env);
  const networks = await networkFilesOf(project);
  const checks = { from: project.dir, importModules: await mayImportCode(call, project) };
  if (call.arguments.length === 0) {
    const flows = await checkFlows(loaded);
    return [...flows, ...(await checkNetworks(networks, checks)), ...hooks, ...outsideOfFlows(loaded)];
  }
  const known = [...(await flowPathsOf(project)), ...networks, ...hooks.map(({ file }) => join(project.dir, file))];
  const named = call.arguments.map((file) => namedFile(call, file, known));
  const ofHooks = named.filter((file) => basename(file) === "HOOK.md");
  const ofNetworks = named.filter((file) => networks.includes(file) || describesNetwork(file));
  const flows = named.filter((file) => !ofHooks.includes(file) && !ofNetworks.includes(file));
  const inProject = flows.map((file) => pathIn(project.dir, file));
  return [
    ...(flows.length === 0 ? [] : await checkFlows(loaded, inProject)),
    ...(await checkNetworks(ofNetworks, checks)),
    ...ofHooks.map((file) => hookNamed(pathIn(project.dir, file), hooks)),
    ...outsideOfFlows(loaded),
  ];
}

function namedFile(call: Call, name: string, known: readonly string[]): string {
  const path = resolve(call.cwd, name);
  if (existsSync(path) && statSync(path).isFile()) return path;
  const near = nearest(
    name,
    known.map((file) => pathIn(call.cwd, file)),
  );
  throw notFound(`There is no file ${name}.${near === undefined ? "" : ` Did you mean ${near}?`}`, "pawl validate");
}

/** For files outside of `networks/`. */
function describesNetwork(file: string): boolean {
  return /\.ya?ml$/.test(file) && /^pods\s*:/m.test(readFileSync(file, "utf8"));
}

function hookNamed(file: string, hooks: readonly CheckedFile[]): CheckedFile {
  const found = hooks.find((hook) => hook.file === file);
  if (found !== undefined) return found;
  throw notFound(`${file} is in no folder of hooks that the project reads.`, "pawl hooks check --hooks-dir DIR");
}
