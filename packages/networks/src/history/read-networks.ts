import { existsSync } from "node:fs";
import { openDatabase } from "@pawl/flows/sqlite";
import { ownerOf } from "../transport/sqlite/open-network.ts";

/** What a file of networks holds of one of them. */
export interface StoredNetwork {
  readonly network: string;
  /** The living process that runs it, if one does. */
  readonly pid: number | undefined;
  readonly url: string | undefined;
  /** Tokens that have not gone their way yet. */
  readonly waiting: number;
  readonly deadLetters: number;
}

/** Every network that has ever run on the file, in order of name; read without asking who runs it. */
export function readNetworks(file: string): StoredNetwork[] {
  if (!existsSync(file)) return [];
  const database = openDatabase(file);
  try {
    const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'networks'").get();
    if (isThere === undefined) return [];
    const rows = database.prepare(
      `SELECT n.*, (SELECT count(*) FROM tokens t WHERE t.net = n.id) AS waiting,
        (SELECT count(*) FROM dead_letters d WHERE d.net = n.id) AS dead FROM networks n ORDER BY n.name`,
    );
    return rows.all().map((row) => {
      const owner = ownerOf(row);
      const counts = { waiting: Number(row.waiting), deadLetters: Number(row.dead) };
      return { network: String(row.name), pid: owner?.pid, url: owner?.url, ...counts };
    });
  } finally {
    database.close();
  }
}
