import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfExample, linesOf, pawl, pawlJson, startPawl, startServe, until } from "../../../test/end-to-end/pawl.ts";

test("a failed run is repeated from the step that failed, and a killed one goes on: nothing is paid for twice", async () => {
  const cwd = copyOfExample("recover-a-run");
  const failed = await pawl(["run", "import"], { cwd });
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("rates.txt is missing");
  const [, id] = /pawl replay (\w+) --from convert/.exec(failed.stdout)!;
  writeFileSync(join(cwd, "rates.txt"), "1.09\n");
  const replayed = await pawl(["replay", id!, "--from", "convert"], { cwd });
  expect(replayed.code, replayed.stderr).toBe(0);
  expect(linesOf(join(cwd, "published.txt"))).toEqual(["converted at 1.09"]);
  expect(linesOf(join(cwd, "downloads.txt"))).toEqual(["fetched"]);

  writeFileSync(join(cwd, "slow"), "");
  rmSync(join(cwd, "convert.pid"));
  const run = startPawl(["run", "import"], { cwd });
  await until("it converts", () => existsSync(join(cwd, "convert.pid")));
  await run.kill("SIGKILL");
  rmSync(join(cwd, "slow"));
  const status = await pawl(["status"], { cwd });
  expect(status.stdout).toContain("1 running");
  expect((await pawl(["resume"], { cwd })).code).toBe(0);
  expect(linesOf(join(cwd, "downloads.txt"))).toEqual(["fetched", "fetched"]);
  const { steps } = await pawlJson(["show"], { cwd });
  expect(steps.map((step: { status: string }) => step.status)).toEqual(["completed", "completed", "completed"]);

  await startServe({ cwd });
  rmSync(join(cwd, "rates.txt"));
  expect((await pawl(["run", "import"], { cwd })).code).toBe(1);
  await until("the alarm has been raised", () => linesOf(join(cwd, "alarms.txt")).length === 1);
  expect(linesOf(join(cwd, "alarms.txt"))[0]).toContain("rates.txt is missing");
});
