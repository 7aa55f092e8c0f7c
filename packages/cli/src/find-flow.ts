import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { Catalogue, Flow, FlowFile, LoadedProject, ParsedFlow, Project } from "@pawl/flows";
import { nearest } from "@pawl/hooks/diagnostics";
import { catalogueOf } from "./catalogue.ts";
import type { Call } from "./command.ts";
import { CommandError, notFound } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { loadProjectToRun } from "./open-project.ts";
import { plural } from "./output/diagnostics.ts";

/** A flow that was asked for, and what it needs around it. */
export interface FoundFlow {
  readonly loaded: LoadedProject;
  readonly flow: Flow;
  /** Other flows of the project, for `flow:` steps: parsed when they are first asked for. */
  readonly findFlow: (name: string) => Promise<Flow | undefined>;
}

/**
 * The flow of that name, or in that file.
 * @throws CommandError when there is none (exit code 4), or when its file has mistakes (3)
 */
export async function findFlow(call: Call, name: string): Promise<FoundFlow> {
  const { readFlowFile, readFlowFiles } = await import("@pawl/flows");
  const path = fileNamed(call, name);
  const project = await projectFor(call, path);
  const loaded = await loadProjectToRun(call, project);
  const files = project.isProject ? readFlowFiles(project.dir) : [];
  const wanted = path === undefined ? undefined : relative(project.dir, path).split(sep).join("/");
  if (wanted !== undefined && !files.some((file) => file.file === wanted))
    files.push(readFlowFile(project.dir, wanted));
  const catalogue = await catalogueOf(loaded, files);
  const others = (other: string): Promise<Flow | undefined> => flowNamed(files, catalogue, other);
  const candidates = files.filter((file) => (wanted === undefined ? file.name === name : file.file === wanted));
  if (candidates.length === 0) throw unknownFlow(project, files, name);
  return { loaded, flow: await onlyFlow(candidates, catalogue), findFlow: others };
}

/** Whether the word is a file rather than the name of a flow. */
function fileNamed(call: Call, name: string): string | undefined {
  const path = resolve(call.cwd, name);
  const isFile = existsSync(path) && statSync(path).isFile();
  if (isFile && (/\.ya?ml$/.test(name) || name.includes("/"))) return path;
  if (/\.ya?ml$/.test(name)) throw notFound(`There is no file ${name}.`, "pawl validate");
  return undefined;
}

/** The project around the call; for a file elsewhere the one around the file, if there is one. */
async function projectFor(call: Call, file: string | undefined): Promise<Project> {
  const { findProject } = await import("@pawl/flows");
  if (!existsSync(call.projectFrom)) throw notFound(`There is no folder ${call.projectFrom}.`);
  const here = findProject(call.projectFrom, call.env);
  if (here.isProject || file === undefined) return here;
  const around = findProject(dirname(file), call.env);
  return around.isProject ? around : here;
}

async function onlyFlow(candidates: readonly FlowFile[], catalogue: Catalogue): Promise<Flow> {
  const { parseFlowFiles } = await import("@pawl/flows");
  const { files } = await parseFlowFiles(candidates, catalogue);
  const usable = files.find((file) => file.flow !== undefined);
  if (usable?.flow) return usable.flow;
  throw invalidFiles(files);
}

export function invalidFiles(files: readonly ParsedFlow[]): CommandError {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const names = files.map((file) => file.file ?? "the file").join(" and ");
  return new CommandError(exitCodes.invalidFile, `${names} cannot be run: ${plural(errors, "mistake")}.`, {
    diagnostics,
    next: `pawl validate ${names.replaceAll(" and ", " ")}`,
  });
}

async function flowNamed(files: readonly FlowFile[], catalogue: Catalogue, name: string): Promise<Flow | undefined> {
  const { parseFlowFiles } = await import("@pawl/flows");
  const { flows } = await parseFlowFiles(
    files.filter((file) => file.name === name),
    catalogue,
  );
  return flows.get(name);
}

function unknownFlow(project: Project, files: readonly FlowFile[], name: string): CommandError {
  const names = files.flatMap((file) => file.name ?? []);
  const near = nearest(name, names);
  if (!project.isProject) {
    const message = `There is no flow "${name}": no project is around ${project.dir}, so only a file can be run here.`;
    return notFound(message, "pawl init my-automations");
  }
  const known = names.length === 0 ? "The project has no flows yet." : `Flows here: ${names.slice(0, 10).join(", ")}.`;
  return notFound(
    `There is no flow "${name}". ${near === undefined ? known : `Did you mean "${near}"?`}`,
    "pawl validate",
  );
}

/** Finds the flows of a project by name, each parsed when it is first asked for. */
export async function flowsByName(loaded: LoadedProject): Promise<FoundFlow["findFlow"]> {
  const { readFlowFiles } = await import("@pawl/flows");
  const files = loaded.project.isProject ? readFlowFiles(loaded.project.dir) : [];
  const catalogue = await catalogueOf(loaded, files);
  return (name) => flowNamed(files, catalogue, name);
}
