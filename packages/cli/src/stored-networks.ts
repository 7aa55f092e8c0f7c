import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "@pawl/flows";
import type { StoredNetwork } from "@pawl/networks";

/** Where the networks of a project keep their messages. */
export function networksFile(project: Project): string {
  return join(project.stateDir, "networks.db");
}

/** What that file holds; nothing is loaded or made when there is none. */
export async function storedNetworks(project: Project): Promise<readonly StoredNetwork[]> {
  const file = networksFile(project);
  if (!existsSync(file)) return [];
  const { readNetworks } = await import("@pawl/networks");
  return readNetworks(file);
}
