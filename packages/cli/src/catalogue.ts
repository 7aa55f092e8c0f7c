import type { Catalogue, FlowFile, LoadedProject } from "@pawl/flows";

/** What flow files of a project may name. */
export async function catalogueOf(loaded: LoadedProject, files: readonly FlowFile[]): Promise<Catalogue> {
  const nodes = new Set(loaded.nodes.list().map((listing) => listing.name));
  const triggers = new Set(loaded.triggers.list().map((listing) => listing.name));
  const flows = new Set(files.flatMap((file) => file.name ?? []));
  return { nodes, triggers, flows, isPartial: loaded.isPartial };
}
