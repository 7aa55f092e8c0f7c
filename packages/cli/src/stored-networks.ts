import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "@pawl/flows";
import type { NetworkEvents, StoredNetwork } from "@pawl/networks";

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

/** What the networks of a project tell; nothing is loaded before there is a file of them. */
export function storedNetworkEvents(project: Project): NetworkEvents {
  const file = networksFile(project);
  let opened: NetworkEvents | undefined;
  return {
    async read(filter = {}) {
      const { after = "0" } = filter;
      if (opened === undefined && !existsSync(file)) return { events: [], from: after, place: after, hasMore: false };
      opened ??= (await import("@pawl/networks")).openNetworkEvents(file);
      return opened.read(filter);
    },
    async close() {
      await opened?.close();
    },
  };
}
