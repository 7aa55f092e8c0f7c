import { existsSync } from "node:fs";
import { openDatabase } from "@pawl/flows/sqlite";
import { type NetworkOwner, ownerOf } from "./open-network.ts";

/** Who runs a network on this file now, if anybody: a living process of this machine, and where it listens. */
export function findOwner(file: string, network: string): NetworkOwner | undefined {
  if (!existsSync(file)) return undefined;
  const database = openDatabase(file);
  try {
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'networks'").get();
    if (table === undefined) return undefined;
    const row = database.prepare("SELECT * FROM networks WHERE name = ?").get(network);
    return row === undefined ? undefined : ownerOf(row);
  } finally {
    database.close();
  }
}
