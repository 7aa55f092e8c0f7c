import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);
const isSoak = process.env.PAWL_SOAK === "1";

interface Row {
  readonly case: string;
  readonly unit: string;
  readonly better: string;
  readonly pawl: number | null;
  readonly others: Readonly<Record<string, number>>;
  readonly target: string;
  readonly ok: boolean;
}

/** One round, without installing anything: whether a suite works, not what it measures. */
async function bench(suite: string): Promise<Row[]> {
  const args = [join("scripts", "bench.js"), suite, "--quick", "--json"];
  const env = { ...process.env, PAWL_BENCH_INSTALL: "0", PAWL_BENCH_ROUNDS: "1" };
  const { stdout } = await run(process.execPath, args, { cwd: root, env, timeout: 120_000 });
  return JSON.parse(stdout);
}

describe("npm run bench", () => {
  const suites = isSoak ? ["hooks", "commands", "flows", "network", "startup"] : ["hooks", "startup"];

  test.each(suites)(
    "prints one array of rows for %s, with or without the peers",
    { timeout: 150_000 },
    async (suite) => {
      const rows = await bench(suite);
      expect(rows.length).toBeGreaterThan(1);
      for (const row of rows) {
        expect(row).toMatchObject({ case: expect.any(String), unit: expect.any(String), target: expect.any(String) });
        expect(["lower", "higher"]).toContain(row.better);
        expect(typeof row.ok).toBe("boolean");
        expect(row.pawl, row.case).toBeGreaterThan(0);
        for (const other of Object.values(row.others)) expect(other).toBeGreaterThan(0);
        // Times depend on the machine and are not tested; what is installed does not.
        if (row.case === "size") expect(row).toMatchObject({ ok: true });
      }
    },
  );

  test("says which suites there are when it is asked for another one", async () => {
    const asked = run(process.execPath, [join("scripts", "bench.js"), "speed"], {
      cwd: root,
      env: { ...process.env, PAWL_BENCH_INSTALL: "0" },
    });
    await expect(asked).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("startup") });
  });
});
