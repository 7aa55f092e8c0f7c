import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PluginPlace, Project } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { formatDuration } from "@pawl/hooks/guard";
import type { Call } from "../../command.ts";
import { type PluginReport, reportOf } from "./report.ts";

const importMs = 10_000;
const memoryMb = 512;
/** Processes at a time. */
const width = 4;

/** Imports a plugin in a process of its own: one that hangs, exits or eats memory only fails its own report. */
export async function inspectPlugin(call: Call, project: Project, place: PluginPlace): Promise<PluginReport> {
  const { runChild } = await import("@pawl/hooks/process");
  const folder = await mkdtemp(join(tmpdir(), "pawl-plugin-"));
  const file = join(folder, "report.json");
  const limit = AbortSignal.timeout(importMs);
  try {
    const ended = await runChild({
      argv: [
        process.execPath,
        `--max-old-space-size=${memoryMb}`,
        process.argv[1]!,
        ...["plugin", "inspect", place.source, "--report", file, "--project", project.dir],
      ],
      cwd: project.dir,
      env: call.env,
      graceMs: 200,
      signal: AbortSignal.any([limit, call.signal]),
    });
    const report = await readReport(file);
    if (report !== undefined) return report;
    call.signal.throwIfAborted();
    const how = limit.aborted
      ? `it had not been imported after ${formatDuration(importMs)}`
      : `it ended the process while it was imported (${ended.signal ?? `exit code ${ended.exitCode}`})`;
    return { ...reportOf(place, undefined, [unusable(place, how)]), isHarmful: true };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All of them, in their order. */
export async function inspectPlugins(
  call: Call,
  project: Project,
  places: readonly PluginPlace[],
): Promise<readonly PluginReport[]> {
  const reports: PluginReport[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < places.length; index = next++) {
      reports[index] = await inspectPlugin(call, project, places[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, places.length) }, work));
  return reports;
}

async function readReport(file: string): Promise<PluginReport | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as PluginReport;
  } catch {
    return undefined;
  }
}

function unusable({ source, file }: PluginPlace, how: string): Diagnostic {
  return { code: "plugin-import", severity: "error", message: `${source} could not be imported: ${how}.`, file };
}
