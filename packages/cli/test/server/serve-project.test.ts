import { renameSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Reading } from "../../src/server/flow-book.ts";
import { keeping, later, projectWith, serve, until, writeInto } from "./serve-kit.ts";

const hook = { uses: "webhook.receive" };

describe("flow files", () => {
  test("that are added, changed and removed take effect while the server runs", async () => {
    const dir = projectWith({});
    const project = await serve(dir);
    expect((await project.post("/webhooks/new", {})).status).toBe(404);
    writeInto(dir, "flows/new.yaml", keeping("new", hook));
    await until(async () => (await project.post("/webhooks/new", {})).status === 202);
    writeInto(dir, "flows/new.yaml", keeping("new", { ...hook, with: { path: "moved" } }));
    await until(async () => (await project.post("/webhooks/moved", {})).status === 202);
    rmSync(join(dir, "flows/new.yaml"));
    await until(() => project.flows.find("new") === undefined);
    expect((await project.post("/webhooks/moved", {})).status).not.toBe(202);
  });

  test("that become broken keep their last good definition, and say so once", async () => {
    const dir = projectWith({ "flows/orders.yaml": keeping("orders", hook) });
    const readings: Reading[] = [];
    const project = await serve(dir, { onReading: (reading) => readings.push(reading) });
    writeInto(dir, "flows/orders.yaml", "name: orders\nsteps: [");
    await until(() => readings.length === 2);
    expect(readings[1]!.broken).toMatchObject([{ kept: "orders", parsed: { file: "flows/orders.yaml" } }]);
    expect((await project.post("/webhooks/orders", {})).status).toBe(202);
    const { flows } = (await (await project.request("/api/v1/flows")).json()) as {
      flows: { diagnostics: unknown[] }[];
    };
    expect(flows[0]!.diagnostics.length).toBeGreaterThan(0);
    writeInto(dir, "flows/orders.yaml", keeping("orders", hook, { description: "mended" }));
    await until(() => project.flows.find("orders")?.description === "mended");
  });

  test("can be edited again and again while events come in, and none is lost", async () => {
    const dir = projectWith({ "flows/orders.yaml": keeping("orders", hook) });
    const project = await serve(dir);
    let isDone = false;
    const accepted: string[] = [];
    const posting = (async () => {
      for (let n = 0; !isDone; n++) {
        const response = await project.post("/webhooks/orders", { n });
        expect(response.status).toBe(202);
        accepted.push(((await response.json()) as { run_id: string }).run_id);
      }
    })();
    for (let edit = 1; edit <= 5; edit++) {
      // As editors save: beside it first, then in its place.
      writeFileSync(join(dir, "edit.tmp"), JSON.stringify(keeping("orders", hook, { description: `edit ${edit}` })));
      renameSync(join(dir, "edit.tmp"), join(dir, "flows/orders.yaml"));
      await until(() => project.flows.find("orders")?.description === `edit ${edit}`);
    }
    isDone = true;
    await posting;
    expect((await project.runs()).map((run) => run.id).sort()).toEqual(accepted.sort());
  });

  test("whose webhook is replaced ask their senders to come again meanwhile", async () => {
    const dir = projectWith({ "flows/orders.yaml": keeping("orders", hook) });
    const project = await serve(dir);
    await project.triggers.update([]);
    const response = await project.post("/webhooks/orders", {});
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });
});

describe("a server", () => {
  test("goes on with the runs of one that was there before it", async () => {
    const waiting = { steps: [{ id: "wait", uses: "wait.for", with: { duration: "300ms" } }] };
    const dir = projectWith({ "flows/orders.yaml": keeping("orders", hook, waiting) });
    const first = await serve(dir, { graceMs: 0 });
    const { run_id } = (await (await first.post("/webhooks/orders", {})).json()) as { run_id: string };
    await first.close();
    const second = await serve(dir);
    expect((await second.runtime.store.durability.ended(run_id)).status).toBe("completed");
  });

  test("that stops lets what is under way end, refuses new requests, and then is gone", async () => {
    const slow = { steps: [{ id: "work", uses: "shell.run", with: { command: "sleep 0.3" } }] };
    const trigger = { ...hook, with: { respond: "result" } };
    const dir = projectWith({ "flows/orders.yaml": keeping("orders", trigger, slow) });
    const project = await serve(dir);
    const answer = project.post("/webhooks/orders", {});
    await until(async () => (await project.runs())[0]?.status === "running");
    const send = await keepAlive(project.url);
    const closing = project.close();
    expect(await send()).toBe(503);
    // The outputs would come too late: the run is durable, and its id is the answer.
    const response = await answer;
    expect(response.status).toBe(202);
    await closing;
    await expect(fetch(`${project.url}/healthz`)).rejects.toThrow();
    const { openSqliteStore } = await import("@pawl/flows");
    const store = await openSqliteStore(join(dir, ".pawl", "pawl.db"));
    later(() => store.close());
    expect((await store.durability.list())[0]!.status).toBe("completed");
  });

  test("that cannot listen leaves no worker behind, although those are started first", async () => {
    const dir = projectWith({ "flows/keep.yaml": { name: "keep", steps: [{ id: "a", uses: "data.set" }] } });
    const { url } = await serve(dir);
    const processes = () => process.getActiveResourcesInfo().filter((kind) => kind === "ProcessWrap").length;
    const before = processes();
    const refused = serve(projectWith({}), { port: Number(new URL(url).port), workers: 2 });
    await expect(refused).rejects.toMatchObject({ code: "cannot-listen" });
    await until(async () => processes() === before);
  });

  test("closes once, however often it is asked to", async () => {
    const project = await serve(projectWith({}));
    await Promise.all([project.close(), project.close()]);
  });
});

/** A connection that stays open; the result sends one more request over it. */
async function keepAlive(url: string): Promise<() => Promise<number>> {
  const { Agent } = await import("node:http");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = () =>
    new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${url}/readyz`, { agent }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode!));
      });
      sent.on("error", reject).end();
    });
  await send();
  return send;
}
