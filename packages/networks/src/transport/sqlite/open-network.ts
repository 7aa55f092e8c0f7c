import { randomBytes } from "node:crypto";
import type { Database } from "@pawl/flows/sqlite";
import { identify, isAlive } from "@pawl/hooks/process";
import { toEnvelope } from "../../envelope/envelope.ts";
import type { Network } from "../../topology/network.ts";
import type { NewDeadLetter } from "../dead-letter.ts";
import { LockedError, type OpenOptions } from "../transport.ts";
import { endOf } from "./sent-tokens.ts";
import { tokenOf } from "./token-row.ts";

type Ends = readonly [from: string, to: string];

/**
 * Finds or makes the row of a network, takes it for this process, and brings what waits in it to this revision.
 * @returns the number of the network in the file, and what proves to its owner that one can read the file
 * @throws LockedError
 */
export function openNetwork(
  database: Database,
  network: Network,
  options: OpenOptions,
  now: number,
): { readonly net: number; readonly key: string } {
  const key = randomBytes(32).toString("base64url");
  const edges: Ends[] = network.edges.map((edge) => [network.pods[edge.from]!.id, network.pods[edge.to]!.id]);
  database.exec("BEGIN IMMEDIATE");
  try {
    database
      .prepare("INSERT OR IGNORE INTO networks (name, revision, edges) VALUES (?, ?, ?)")
      .run(network.name, network.revision, JSON.stringify(edges));
    const row = database.prepare("SELECT * FROM networks WHERE name = ?").get(network.name)!;
    const net = Number(row.id);
    refuseWhenOwned(network.name, row);
    if (row.revision !== network.revision) {
      moveToRevision(database, { network, net, old: JSON.parse(String(row.edges)) as Ends[], edges, now });
    }
    const self = identify(process.pid);
    database
      .prepare(
        "UPDATE networks SET revision = ?, edges = ?, owner_pid = ?, owner_start = ?, owner_url = ?, owner_key = ? WHERE id = ?",
      )
      .run(network.revision, JSON.stringify(edges), process.pid, self?.startTime ?? "", options.url ?? null, key, net);
    database.exec("COMMIT");
    return { net, key };
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

export function releaseNetwork(database: Database, net: number): void {
  database
    .prepare(
      "UPDATE networks SET owner_pid = NULL, owner_start = NULL, owner_url = NULL, owner_key = NULL WHERE id = ?",
    )
    .run(net);
}

/** A living process of this machine that runs a network. */
export interface NetworkOwner {
  readonly pid: number;
  /** Where it can be reached, when it listens. */
  readonly url: string | undefined;
  /** Shown to it, this proves that one may read the file. */
  readonly key: string | undefined;
}

export function ownerOf(row: Record<string, unknown>): NetworkOwner | undefined {
  if (row.owner_pid === null || row.owner_pid === undefined) return undefined;
  const identity = { pid: Number(row.owner_pid), startTime: String(row.owner_start) };
  if (!isAlive(identity)) return undefined;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { pid: identity.pid, url: text(row.owner_url), key: text(row.owner_key) };
}

function refuseWhenOwned(name: string, row: Record<string, unknown>): void {
  const owner = ownerOf(row);
  if (owner === undefined || owner.pid === process.pid) return;
  const where = owner.url === undefined ? "" : ` at ${owner.url}`;
  throw new LockedError(`The network "${name}" is run by process ${owner.pid}${where} already.`, owner);
}

interface Move {
  readonly network: Network;
  readonly net: number;
  readonly old: readonly Ends[];
  readonly edges: readonly Ends[];
  readonly now: number;
}

/** Edges are told by their ends. Tokens of an edge that is gone become dead letters; none is guessed. */
function moveToRevision(database: Database, move: Move): void {
  const { net, edges, old } = move;
  const target = old.map(([from, to]) => edges.findIndex((edge) => edge[0] === from && edge[1] === to));
  const update = database.prepare("UPDATE tokens SET edge = ? WHERE seq = ?");
  const remove = database.prepare("DELETE FROM tokens WHERE seq = ?");
  const bury = database.prepare("INSERT INTO dead_letters (net, pod, letter) VALUES (?, ?, ?)");
  for (const row of database.prepare("SELECT * FROM tokens WHERE net = ? ORDER BY seq").all(net)) {
    const edge = target[Number(row.edge)] ?? -1;
    const seq = Number(row.seq);
    if (edge >= 0) update.run(edge, seq);
    else {
      const letter = staleLetter(row, move);
      if (letter !== undefined) bury.run(net, letter.pod, JSON.stringify(letter));
      remove.run(seq);
    }
  }
  for (const table of ["seen_a", "seen_b"]) moveSeen(database, table, { net, target });
  database.prepare("DELETE FROM notes WHERE net = ? AND name LIKE 'debt/%'").run(net);
}

const beside = 1_000_000;

/** What is remembered moves with its edges, both the row of an edge and the one of its end; two may change places. */
function moveSeen(
  database: Database,
  table: string,
  { net, target }: { readonly net: number; readonly target: readonly number[] },
): void {
  const remove = database.prepare(`DELETE FROM ${table} WHERE net = ? AND edge IN (?, ?)`);
  const move = database.prepare(`UPDATE ${table} SET edge = ? WHERE net = ? AND edge = ?`);
  for (const [old, edge] of target.entries()) {
    if (edge === old) continue;
    if (edge < 0) remove.run(net, old, endOf(old));
    else {
      move.run(edge + beside, net, old);
      move.run(endOf(edge) - beside, net, endOf(old));
    }
  }
  database.prepare(`UPDATE ${table} SET edge = edge - ${beside} WHERE net = ? AND edge >= ${beside}`).run(net);
  database.prepare(`UPDATE ${table} SET edge = edge + ${beside} WHERE net = ? AND edge < -${beside}`).run(net);
}

/** A tombstone of a lost edge says nothing that anybody could still use. */
function staleLetter(row: Record<string, unknown>, move: Move): NewDeadLetter | undefined {
  const token = tokenOf(row);
  if (token.reason !== undefined) return undefined;
  const [from, to] = move.old[token.edge] ?? ["", ""];
  const { pods } = move.network;
  const places = {
    ...move.network,
    pods: [
      { ...pods[0]!, id: from },
      { ...pods[0]!, id: to },
    ],
  };
  const edge = { ...move.network.edges[0]!, index: token.edge, from: 0, to: 1 };
  const edges = Object.assign([], { [token.edge]: edge });
  return {
    pod: to,
    reason: "stale-edge",
    error: `The connection from "${from}" to "${to}" is no longer part of the network.`,
    stack: undefined,
    attempts: Number(row.attempts),
    time: move.now,
    envelopes: [toEnvelope({ ...places, edges }, token)],
  };
}
