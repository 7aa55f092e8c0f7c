import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfExample, linesOf, pawlJson, post, startServe, until } from "../../../test/end-to-end/pawl.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a post on the server's path, or on a port of its own, is one run with the body as payload", async () => {
  const cwd = copyOfExample("webhook-receiver");
  const port = await freePort();
  const { url } = await startServe({ cwd, env: { HOOK_PORT: String(port) } });

  const order = { customer: 'Ada"; touch owned; $(touch owned)', total: 12 };
  const accepted = await post(`${url}/webhooks/orders`, order);
  expect(accepted.status).toBe(202);
  const { run_id: runId } = (await accepted.json()) as { run_id: string };
  const shown = () => pawlJson(["show", runId], { cwd });
  await until("the run has completed", async () => (await shown()).run.status === "completed");
  expect(linesOf(join(cwd, "orders.ndjson")).map((line) => JSON.parse(line))).toEqual([order]);

  expect((await post(`http://127.0.0.1:${port}/webhook`, order)).status).toBe(202);
  const own = await until("the other flow has run", async () => {
    const { runs } = await pawlJson(["runs", "--flow", "own_port", "--status", "completed"], { cwd });
    return runs[0];
  });
  const { steps } = await pawlJson(["show", own.id], { cwd });
  expect(steps[0].output.stdout).toBe(`order for ${order.customer}`);
  expect(existsSync(join(cwd, "owned"))).toBe(false);
});
