import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pawl, pawlJson, startServe, temporaryFolder, until } from "./pawl.ts";

/** A program of the example, with what it has printed so far. */
function startNode(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child: ChildProcess = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } });
  let printed = "";
  child.stdout!.on("data", (piece) => (printed += piece));
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<string>((resolve) => child.once("close", () => resolve(printed)));
  return { printed: () => printed, ended };
}

test("what init --example orders writes runs as its README says, without another command", async () => {
  const folder = temporaryFolder();
  const own = { XDG_STATE_HOME: join(folder, "state") };
  const written = await pawl(["init", "shop", "--example", "orders"], { cwd: folder, env: own });
  expect(written).toMatchObject({ code: 0 });
  expect(written.stdout).toContain("Next: cd shop, then read README.md");
  const cwd = join(folder, "shop");

  const carrier = startNode(cwd, ["carrier.mjs", "0"]);
  const shipUrl = await until("the carrier listens", () => /http:\S+/.exec(carrier.printed())?.[0]);
  const env = { ...own, ORDERS_SECRET: "shared", SHIP_URL: shipUrl };
  expect((await pawl(["validate"], { cwd, env })).code).toBe(0);
  const serve = await startServe({ cwd, env });
  const order = (text: string) => startNode(cwd, ["order.mjs", serve.url, text], { ORDERS_SECRET: "shared" }).ended;
  expect(await order('{"id":"o-1","amount":120,"card":"4242424242424242"}')).toContain("202");
  expect(await order('{"id":"o-2","amount":20000}')).toContain("202");
  await until("the parcel has arrived", () => carrier.printed().includes("INV-o-1"));
  expect(carrier.printed()).not.toContain("4242");

  const { runs } = await until("both runs have ended", async () => {
    const shown = await pawlJson(["runs", "--flow", "orders"], { cwd, env });
    return shown.runs.every((run: { status: string }) => ["completed", "failed"].includes(run.status)) && shown;
  });
  expect(runs.map((run: { status: string }) => run.status).sort()).toEqual(["completed", "failed"]);
  expect((await pawl(["trace", "o-1"], { cwd, env })).stdout).toMatch(/PreToolUse guard-orders .*rewrote[\s\S]*✓ ship/);
  expect((await pawl(["trace", "o-2"], { cwd, env })).stdout).toContain("10 000");
  expect((await pawl(["doctor"], { cwd, env })).code).toBe(0);
});
