import { accessSync, constants, existsSync } from "node:fs";
import { relative } from "node:path";
import type { LoadedProject, Project, Store } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "../catalogue.ts";
import type { Call, Command } from "../command.ts";
import type { Finding } from "../doctor/finding.ts";
import { lookAtHooks } from "../doctor/look-at-hooks.ts";
import { lookAtNetworks } from "../doctor/look-at-networks.ts";
import { lookAtPort } from "../doctor/look-at-port.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadProjectToRead, projectOf } from "../open-project.ts";
import { countOf, plural } from "../output/diagnostics.ts";
import { withStore } from "../runtime.ts";
import { readBoard } from "../server/server-board.ts";
import { readVersion } from "../version.ts";
import { inspectPlugins } from "./plugin/inspection.ts";
import { bringsLines, type PluginReport } from "./plugin/report.ts";

export const command: Command = {
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "Look at everything Pawl needs here, and say what is wrong and what to do about it.",
  async run(call) {
    const project = await projectOf(call);
    const reports = await pluginReports(call, project);
    const loaded = await loadProjectToRead(call, project);
    const findings = [
      nodeVersion(),
      whereabouts(project),
      stateFolder(project),
      ...(await store(project)),
      ...code(loaded, reports),
      await flows(loaded),
      ...(await lookAtHooks(loaded, call.env)),
      ...(await lookAtNetworks(project)),
      ...(await trustOf(loaded, call.env)),
      ...(await lookAtPort(loaded)),
    ];
    if (call.options.json === true) call.terminal.json({ ok: findings.every((finding) => finding.ok), findings });
    else print(call, findings);
    return findings.every((finding) => finding.ok) ? exitCodes.ok : exitCodes.failed;
  },
};

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node",
    ok,
    detail: `${process.version}, pawl ${readVersion()}${ok ? "" : "; 20.19 or newer is needed"}`,
  };
}

function whereabouts({ dir, isProject }: Project): Finding {
  if (isProject) return { name: "project", ok: true, detail: dir };
  return {
    name: "project",
    ok: true,
    detail: `none around ${dir}; only files can be run`,
    next: "pawl init my-automations",
  };
}

function stateFolder({ stateDir }: Project): Finding {
  if (!existsSync(stateDir)) return { name: "state", ok: true, detail: `${stateDir} is made by the first run` };
  try {
    accessSync(stateDir, constants.R_OK | constants.W_OK);
    return { name: "state", ok: true, detail: stateDir };
  } catch {
    return { name: "state", ok: false, detail: `${stateDir} cannot be written`, next: `ls -ld ${stateDir}` };
  }
}

async function store(project: Project): Promise<Finding[]> {
  if (!existsSync(project.databaseFile)) return [{ name: "store", ok: true, detail: "empty" }];
  try {
    const look = async (found: Store) => ({
      open: await found.durability.list({ status: ["queued", "running"], limit: 1_000 }),
      board: await readBoard(found),
    });
    const { open, board } = await withStore(project, look);
    const detail = `${project.databaseFile}, ${plural(open.length, "run")} going on`;
    const outdated = (board?.outdated ?? []).map((sentence): Finding => {
      return { name: "server", ok: false, detail: sentence };
    });
    return [{ name: "store", ok: true, detail }, ...outdated];
  } catch (error) {
    return [{ name: "store", ok: false, detail: `${project.databaseFile}: ${(error as Error).message}` }];
  }
}

/** Each plugin, tried in a process of its own; nothing when the project is not trusted. */
async function pluginReports(call: Call, project: Project): Promise<readonly PluginReport[]> {
  const { isTrusted, pluginsOf } = await import("@pawl/flows");
  const mayImport = call.options.trustAll === true || (project.isProject && isTrusted(project.dir, call.env));
  return mayImport ? inspectPlugins(call, { project, places: pluginsOf(project), importConfig: true }) : [];
}

/** The configuration and each plugin. */
function code({ project, diagnostics, isPartial }: LoadedProject, reports: readonly PluginReport[]): Finding[] {
  if (isPartial)
    return [{ name: "plugins", ok: true, detail: "not imported: the project is not trusted", next: "pawl trust" }];
  const used = reports.flatMap((report): Finding[] => {
    if (!report.imported) return [];
    const brings = bringsLines(report).join("; ") || "nothing";
    const version = report.version === null ? "" : ` ${report.version}`;
    return [{ name: "plugin", ok: true, detail: `${report.source}${version}: ${brings}` }];
  });
  const wrong = diagnostics.map(({ message, file, severity }): Finding => {
    const path = file === undefined ? "" : relative(project.dir, file);
    const place = path === "" || message.startsWith(path) ? "" : `${path}: `;
    return { name: "plugin", ok: severity !== "error", detail: `${place}${message}` };
  });
  return [...used, ...wrong];
}

async function flows(loaded: LoadedProject): Promise<Finding> {
  const { parseFlowFiles, readFlowFiles } = await import("@pawl/flows");
  const files = loaded.project.isProject ? readFlowFiles(loaded.project.dir) : [];
  const set = await parseFlowFiles(files, await catalogueOf(loaded, files));
  const found = set.files.flatMap((file) => file.diagnostics);
  const detail = `${plural(files.length, "file")}, ${countOf(found)}`;
  return { name: "flows", ok: !hasErrors(found), detail, ...(found.length > 0 ? { next: "pawl validate" } : {}) };
}

/** Commands that only read import this project's code when it is trusted. */
async function trustOf({ project }: LoadedProject, env: Call["env"]): Promise<Finding[]> {
  const { isTrusted, pluginsOf } = await import("@pawl/flows");
  const hasCode = project.configFile !== undefined || pluginsOf(project).length > 0;
  if (!project.isProject || !hasCode) return [];
  if (isTrusted(project.dir, env)) return [{ name: "trust", ok: true, detail: "this code is trusted by you" }];
  const detail = "pawl run and pawl serve import this code; commands that only read do not";
  return [{ name: "trust", ok: true, detail, next: "pawl trust" }];
}

function print({ terminal }: Call, findings: readonly Finding[]): void {
  const { colors } = terminal;
  for (const { name, ok, detail, next } of findings) {
    const shown = next === undefined ? detail : `${detail} · ${next}`;
    terminal.out(` ${ok ? colors.green("✓") : colors.red("✗")} ${name.padEnd(8)}  ${shown}`);
  }
}
