import { relative } from "node:path";
import type { LoadedProject } from "@pawl/flows";
import { hasErrors } from "@pawl/hooks/diagnostics";
import type { ServedProject } from "../server/serve-project.ts";
import { readVersion } from "../version.ts";

/** The first line of `pawl serve --json`: what is on, and what is off and why. */
export function serveReport({ project }: LoadedProject, served: ServedProject): object {
  const triggers = served.triggers.status().map(({ flow, id, uses, health, description, lastError }) => {
    return { flow, id, uses, health, description: description ?? null, reason: lastError?.message ?? null };
  });
  const networks = [...(served.networks.networks?.runs.values() ?? [])].map(({ network, isReady, reason }) => {
    return { name: network.name, pods: network.pods.length, isReady, reason: reason ?? null };
  });
  const broken = served.flows.files.filter((parsed) => hasErrors(parsed.diagnostics));
  return {
    type: "ready",
    version: readVersion(),
    project: project.name,
    store: relative(project.dir, project.databaseFile),
    url: served.url,
    triggers,
    networks,
    off: broken.map(({ file, diagnostics }) => ({
      file: file ?? null,
      reasons: diagnostics.map((one) => one.message),
    })),
  };
}
