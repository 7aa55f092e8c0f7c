import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { openDatabase } from "@pawl/flows/sqlite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundle } from "../../../flows/test/bundle.ts";
import { ledgerNetwork } from "../fixtures/ledger-network.ts";
import { temporaryFolder } from "../networks.ts";
import { seeded } from "../simulation/virtual-time.ts";

let child: string;
const messages = 60;
const seeds = process.env.PAWL_SOAK ? 100 : 2;
const longest = 120_000 * Math.max(1, seeds / 10);

interface LifeOptions {
  readonly failpoint?: string;
  /** Counted from when it begins its work, however long it took to start. */
  readonly killAfterMs?: number;
}

/** One life of the process; how it ended. */
function live(folder: string, { failpoint = "", killAfterMs }: LifeOptions): Promise<"finished" | "killed"> {
  const process_ = spawn(process.execPath, [child, folder, String(messages)], {
    cwd: import.meta.dirname,
    env: { ...process.env, PAWL_FAILPOINT: failpoint },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void process_.kill("SIGKILL"));
  let errors = "";
  process_.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  let timer: NodeJS.Timeout | undefined;
  process_.stdout.once("data", () => {
    if (killAfterMs !== undefined) timer = setTimeout(() => process_.kill("SIGKILL"), killAfterMs);
  });
  return new Promise((resolve, reject) => {
    process_.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") resolve("killed");
      else if (code === 0) resolve("finished");
      else reject(new Error(`The child ended with ${code}: ${errors}`));
    });
  });
}

/** What the specification calls the token ledger. */
function auditLedger(folder: string): void {
  const network = ledgerNetwork();
  const accepted = readFileSync(join(folder, "accepted"), "utf8").trim().split("\n");
  const database = openDatabase(join(folder, "networks.db"));
  const all = (sql: string) => database.prepare(sql).all();
  try {
    expect(database.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    expect(all("SELECT corr, edge FROM tokens"), "nothing is left on its way").toEqual([]);
    const produced = all(
      "SELECT corr, edge FROM (SELECT corr, edge FROM seen_a UNION ALL SELECT corr, edge FROM seen_b) WHERE edge >= 0",
    ).map((row) => `${row.corr}/${row.edge}`);
    const edges = network.edges.map((edge) => edge.index);
    const awaited = network.edges.filter((edge) => edge.needsTombstones).map((edge) => edge.index);
    const expected = accepted.flatMap((id) => edges.map((edge) => `${id}/${edge}`));
    expect(new Set(accepted).size).toBe(messages);
    expect(new Set(produced).size, "no edge carried two tokens").toBe(produced.length);
    expect(new Set(produced), "every edge carried its one token").toEqual(new Set(expected));
    expect(awaited).toHaveLength(7);
    const outputs = all("SELECT corr, data FROM outputs").map(
      (row) => [String(row.corr), JSON.parse(String(row.data))] as const,
    );
    expect(outputs.map(([id]) => id).sort(), "every accepted message reached the sink once").toEqual(
      [...accepted].sort(),
    );
    for (const [id, data] of outputs) {
      const n = Number(id.slice(1));
      const by = ["a", ...(n % 3 === 0 ? [] : ["b"]), ...(n % 5 === 0 ? [] : ["c"])];
      expect(data, id).toEqual({ n, by });
    }
    const dead = all("SELECT letter FROM dead_letters").map((row) => JSON.parse(String(row.letter)));
    expect(dead.map((letter) => letter.envelopes[0].corr).sort()).toEqual(
      accepted.filter((id) => Number(id.slice(1)) % 5 === 0).sort(),
    );
  } finally {
    database.close();
  }
}

async function finish(folder: string): Promise<void> {
  expect(await live(folder, {})).toBe("finished");
  auditLedger(folder);
}

const points = [
  "after-inject:g:7",
  "after-hook:g:11",
  "after-hook:f:9",
  "after-hook:a:5",
  "after-hook:c:3",
  "after-hook:j:4",
  "after-hook:s:6",
  "before-close:j:2",
  "in-commit:*:4",
  "after-commit:*:6",
];

describe("a network that is killed", () => {
  // One file, once: a process that transpiled its sources itself would do nothing else for a second of each life.
  beforeAll(async () => {
    child = await bundle(join(import.meta.dirname, "..", "fixtures", "ledger-child.ts"));
  });
  afterAll(() => rmSync(dirname(child), { recursive: true }));

  test.each(points)("at %s loses nothing and sends nothing twice", { timeout: longest }, async (failpoint) => {
    const folder = temporaryFolder();
    expect(await live(folder, { failpoint })).toBe("killed");
    await finish(folder);
  });

  test(`at random, again and again, loses nothing and sends nothing twice (${seeds} seeds)`, {
    timeout: longest,
  }, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const random = seeded(seed);
      const folder = temporaryFolder();
      for (let kill = 0; kill < 3; kill++) {
        const [point = "", pod = "*"] = points[Math.floor(random() * points.length)]!.split(":");
        const isArmed = random() < 0.5;
        const ended = await live(folder, {
          ...(isArmed
            ? { failpoint: `${point}:${pod}:${Math.floor(random() * 40)}` }
            : { killAfterMs: random() * 200 }),
        });
        if (ended === "finished") break;
      }
      await finish(folder);
    }
  });
});
