import { existsSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { PluginPlace, Project } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import type { Call, Command } from "../../command.ts";
import { CommandError, usageError } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { projectOf } from "../../open-project.ts";
import { inspectPlugins } from "./inspection.ts";
import { runManager, Snapshot } from "./installation.ts";
import { commandLine, findPackageManager, type PackageManager } from "./package-manager.ts";
import { nameIn, type PluginSpec, readSpec } from "./plugin-spec.ts";
import { type PluginReport, printReport } from "./report.ts";
import { withSameNames } from "./same-names.ts";

export const command: Command = {
  arguments: [{ name: "<plugin>", description: "A name, name@version, a folder or a tarball", complete: "file" }],
  json: true,
  details:
    "Install a plugin with the package manager of the project (npm, pnpm, yarn or bun, by lock file or packageManager), " +
    "without install scripts, and import it once in a process of its own. What is no plugin, or cannot be imported, is taken out again.",
  examples: [
    "pawl plugin add @pawl/plugin-redis",
    "pawl plugin add ../my-plugin",
    "pawl plugin add my-plugin-1.0.0.tgz",
  ],
  async run(call) {
    const project = await projectOf(call);
    if (!project.isProject) throw usageError(`There is no project around ${project.dir}.`, "pawl init my-automations");
    const spec = readSpec(call.arguments[0]!, { cwd: call.cwd, projectDir: project.dir });
    await refuseFolder(spec);
    const manager = findPackageManager(project.dir);
    const report = await install(call, { project, spec, manager });
    if (call.options.json === true) call.terminal.json({ plugin: report, packageManager: manager.name });
    else printReport(call.terminal, report);
    const { isTrusted } = await import("@pawl/flows");
    if (!isTrusted(project.dir, call.env)) {
      call.terminal.note(
        "The project is not trusted: validate, nodes and other reading commands do not import the plugin before pawl trust",
      );
    }
  },
};

interface Installing {
  readonly project: Project;
  readonly spec: PluginSpec;
  readonly manager: PackageManager;
}

/** A folder says itself what it is, before anything is installed. */
async function refuseFolder({ folder }: PluginSpec): Promise<void> {
  if (folder === undefined) return;
  const { pluginKeyword, readManifest } = await import("@pawl/flows");
  const { keywords = [] } = readManifest(join(folder, "package.json")) ?? {};
  if (!Array.isArray(keywords) || !keywords.includes(pluginKeyword))
    throw noPlugin(basename(folder), "Nothing was changed.");
}

function noPlugin(name: string, effect: string): CommandError {
  const message = `${name} is no plugin of Pawl: its package.json has no "keywords": ["pawl-plugin"]. ${effect}`;
  return new CommandError(exitCodes.failed, message);
}

/** Yarn can keep packages in archives of its own, where nothing but Node under Yarn finds them. */
function notFoundIn({ folder }: PackageManager, name: string): CommandError {
  if (!existsSync(join(folder, ".pnp.cjs"))) return noPlugin(name, "It was taken out again.");
  const message =
    "Yarn keeps packages without node_modules here (Plug'n'Play), and Pawl looks for plugins there. Nothing was changed.";
  return new CommandError(exitCodes.failed, message, { next: "yarn config set nodeLinker node-modules" });
}

/** Installs, tries, and takes out again what does not work. */
async function install(call: Call, { project, spec, manager }: Installing): Promise<PluginReport> {
  const { dependenciesOf, packagePlugin } = await import("@pawl/flows");
  const snapshot = new Snapshot(project.dir, manager);
  const before = dependenciesOf(project.dir);
  makeManifest(call, project);
  const installed = await installedName(spec, before);
  let name = installed ?? nameIn(spec);
  try {
    if (installed !== undefined) {
      snapshot.keep(installed);
      await runManager(call, project.dir, commandLine(manager, "remove", installed));
    }
    await runManager(call, project.dir, commandLine(manager, "add", await asTaken(spec, manager)));
    const after = dependenciesOf(project.dir);
    name = Object.keys(after).find((key) => after[key] !== before[key]) ?? name ?? sameSpec(after, spec);
    if (name === undefined) throw new CommandError(exitCodes.failed, `${spec.text} was installed under no name.`);
    const place = packagePlugin(project.dir, name);
    if (place === undefined) throw notFoundIn(manager, name);
    return await tried(call, project, place);
  } catch (error) {
    await takeBack(call, { project, snapshot, manager, name, wasThere: name !== undefined && name in before });
    throw error;
  } finally {
    snapshot.forget();
  }
}

/** What a folder or tarball is installed as already: managers take the same path for the same content, and do nothing. */
async function installedName(
  spec: PluginSpec,
  dependencies: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (!spec.text.startsWith("file:")) return undefined;
  if (spec.folder === undefined) return sameSpec(dependencies, spec);
  const name = await nameOfFolder(spec.folder);
  return name !== undefined && name in dependencies ? name : undefined;
}

/** Yarn wants a name before the path of a folder. */
async function asTaken({ text, folder }: PluginSpec, manager: PackageManager): Promise<string> {
  const name = manager.name === "yarn" && folder !== undefined ? await nameOfFolder(folder) : undefined;
  return name === undefined ? text : `${name}@${text}`;
}

async function nameOfFolder(folder: string): Promise<string | undefined> {
  const { readManifest } = await import("@pawl/flows");
  return readManifest(join(folder, "package.json"))?.name;
}

function sameSpec(dependencies: Readonly<Record<string, string>>, { text }: PluginSpec): string | undefined {
  const plain = (path: string) => path.replace(/^file:(?:\.\/)?/, "");
  return Object.keys(dependencies).find((name) => plain(dependencies[name]!) === plain(text));
}

/** @throws CommandError when it cannot be used */
async function tried(call: Call, project: Project, place: PluginPlace): Promise<PluginReport> {
  const { versionProblem } = await import("@pawl/flows");
  const report = (await inspectPlugins(call, { project, places: [place], importConfig: false }))[0]!;
  if (!report.imported || hasErrors(report.problems)) {
    const message = `${place.source} cannot be used; the project is as it was before.`;
    throw new CommandError(exitCodes.failed, message, { diagnostics: report.problems });
  }
  const outdated = versionProblem(place);
  const [checked] = await withSameNames([report]);
  return { ...checked!, problems: [...(outdated ? [outdated] : []), ...checked!.problems] };
}

function makeManifest(call: Call, { dir, name }: Project): void {
  const file = join(dir, "package.json");
  if (existsSync(file)) return;
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^-+|-+$/g, "") || "automations";
  writeFileSync(file, `${JSON.stringify({ name: plain, private: true }, undefined, 2)}\n`);
  call.terminal.note("package.json was made: there was none");
}

interface TakingBack extends Omit<Installing, "spec"> {
  readonly snapshot: Snapshot;
  readonly name: string | undefined;
  readonly wasThere: boolean;
}

/** As it was before. Another Ctrl-C does not stop this. */
async function takeBack(call: Call, { project, snapshot, manager, name, wasThere }: TakingBack): Promise<void> {
  const calm = { ...call, signal: new AbortController().signal };
  const { dependenciesOf } = await import("@pawl/flows");
  const isThere = name !== undefined && name in dependenciesOf(project.dir);
  try {
    await snapshot.restore({
      async before() {
        if (isThere && !wasThere) await runManager(calm, project.dir, commandLine(manager, "remove", name));
      },
      async after() {
        if (isThere && wasThere) await runManager(calm, project.dir, commandLine(manager, "install"));
      },
    });
  } catch {
    call.terminal.note(`node_modules could not be put back in order: ${manager.name} install`);
  }
}
