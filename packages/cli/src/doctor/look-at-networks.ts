import { relative } from "node:path";
import type { Project } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import type { StoredNetwork } from "@pawl/networks";
import { countOf, plural } from "../output/diagnostics.ts";
import { networksFile, storedNetworks } from "../stored-networks.ts";
import type { Finding } from "./finding.ts";

/** Files of networks, and what is stored of them: mistakes, messages that wait for nobody, dead letters. */
export async function lookAtNetworks(project: Project): Promise<Finding[]> {
  if (!project.isProject) return [];
  const { findNetworkFiles, loadNetwork } = await import("@pawl/networks");
  const files = findNetworkFiles(project.dir).map(loadNetwork);
  if (files.length === 0) return [];
  const found = files.flatMap((file) => file.diagnostics);
  const pods = files.reduce((sum, { network }) => sum + (network?.pods.length ?? 0), 0);
  const summary: Finding = {
    name: "networks",
    ok: !hasErrors(found),
    detail: `${plural(files.length, "file")}, ${plural(pods, "pod")}, ${countOf(found)}`,
    ...(found.length > 0 ? { next: "pawl network check" } : {}),
  };
  return [summary, ...(await storedFindings(project, new Set(files.flatMap(({ network }) => network?.name ?? []))))];
}

async function storedFindings(project: Project, names: ReadonlySet<string>): Promise<Finding[]> {
  try {
    return (await storedNetworks(project)).flatMap((stored) => storedFinding(stored, names.has(stored.network)));
  } catch (error) {
    const file = relative(project.dir, networksFile(project));
    return [{ name: "messages", ok: false, detail: `${file}: ${(error as Error).message}` }];
  }
}

function storedFinding({ network, pid, waiting, deadLetters }: StoredNetwork, hasFile: boolean): Finding[] {
  const dead = `${plural(deadLetters, "dead letter")} of ${network}`;
  const letters: Finding[] =
    deadLetters === 0 ? [] : [{ name: "messages", ok: true, detail: dead, next: `pawl network dlq list ${network}` }];
  if (waiting === 0 || pid !== undefined) return letters;
  const waits = `${plural(waiting, "message")} of ${network} ${waiting === 1 ? "waits" : "wait"}`;
  const finding: Finding = hasFile
    ? { name: "messages", ok: true, detail: `${waits}, and nobody runs it`, next: "pawl serve" }
    : { name: "messages", ok: false, detail: `${waits}, and no file describes it any more` };
  return [finding, ...letters];
}
