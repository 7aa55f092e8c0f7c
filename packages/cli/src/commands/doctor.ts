import { accessSync, constants, existsSync } from "node:fs";
import { relative } from "node:path";
import type { LoadedProject, Project } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "../catalogue.ts";
import type { Call, Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadProjectToRead, projectOf } from "../open-project.ts";
import { countOf, plural } from "../output/diagnostics.ts";
import { withStore } from "../runtime.ts";
import { readVersion } from "../version.ts";

/** One thing that was looked at. */
interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to type. */
  readonly next?: string;
}

export const command: Command = {
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "Look at everything Pawl needs here, and say what is wrong and what to do about it.",
  async run(call) {
    const project = await projectOf(call);
    const loaded = await loadProjectToRead(call, project);
    const findings = [
      nodeVersion(),
      whereabouts(project),
      stateFolder(project),
      await store(project),
      ...code(loaded),
      await flows(loaded),
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

async function store(project: Project): Promise<Finding> {
  if (!existsSync(project.databaseFile)) return { name: "store", ok: true, detail: "empty" };
  try {
    const open = await withStore(project, (found) =>
      found.durability.list({ status: ["queued", "running"], limit: 1_000 }),
    );
    return { name: "store", ok: true, detail: `${project.databaseFile}, ${plural(open.length, "run")} going on` };
  } catch (error) {
    return { name: "store", ok: false, detail: `${project.databaseFile}: ${(error as Error).message}` };
  }
}

/** The configuration and each plugin. */
function code({ project, plugins, diagnostics, isPartial }: LoadedProject): Finding[] {
  if (isPartial)
    return [{ name: "plugins", ok: true, detail: "not imported: the project is not trusted", next: "pawl trust" }];
  const used = plugins.map(({ source, nodes, triggers, hooks }): Finding => {
    const brings = [
      plural(nodes.length, "node"),
      plural(triggers.length, "trigger"),
      plural(hooks.length, "step hook"),
    ];
    return { name: "plugin", ok: true, detail: `${source}: ${brings.join(", ")}` };
  });
  const wrong = diagnostics.map(({ message, file, severity }): Finding => {
    const place = file === undefined ? "" : `${relative(project.dir, file)}: `;
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

function print({ terminal }: Call, findings: readonly Finding[]): void {
  const { colors } = terminal;
  for (const { name, ok, detail, next } of findings) {
    const shown = next === undefined ? detail : `${detail} · ${next}`;
    terminal.out(` ${ok ? colors.green("✓") : colors.red("✗")} ${name.padEnd(8)}  ${shown}`);
  }
}
