import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { HttpHost, RouteHandler } from "../../src/index.ts";
import { builtInTriggers } from "../../src/triggers/built-in.ts";
import { engineOf, flowOf, later, type Supervision, supervise, tempDir, until } from "./trigger-kit.ts";

/** How one built-in trigger is made to fire, for real. */
interface Case {
  readonly input: (world: World) => object;
  /** Makes it happen once; what fires by itself needs none. */
  readonly cause?: (world: World, supervision: Supervision) => unknown;
}

interface World {
  readonly projectDir: string;
  readonly host: HttpHost;
  readonly routes: Map<string, RouteHandler>;
  /** A URL that answers. */
  readonly url: string;
}

const cases: Readonly<Record<string, Case>> = {
  cron: { input: () => ({ schedule: "* * * * * *" }) },
  "file.watch": {
    input: () => ({ path: "inbox", settle: "10ms" }),
    cause: ({ projectDir }) => writeFileSync(join(projectDir, "inbox", "a.txt"), "1"),
  },
  "flow.completed": {
    input: () => ({ flow: "other" }),
    cause: async (_world, { engine }) => engine.run(await flowOf("other", [])),
  },
  "http.poll": { input: ({ url }) => ({ url }) },
  interval: { input: () => ({ every: "50ms" }) },
  startup: { input: () => ({}) },
  "webhook.receive": {
    input: () => ({}),
    cause: ({ routes }) => {
      const headers = { "content-type": "application/json", "content-length": "2" };
      const request = new Request("http://localhost/webhooks/contract", { method: "POST", body: "{}", headers });
      return routes.get("POST /webhooks/contract")!(request, { params: {}, remoteAddress: undefined });
    },
  },
};

async function world(): Promise<World> {
  const projectDir = tempDir();
  mkdirSync(join(projectDir, "inbox"));
  const server = createServer((_request, response) => response.end("an answer"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const routes = new Map<string, RouteHandler>();
  const route: HttpHost["main"]["route"] = (method, path, handler) => {
    routes.set(`${method} ${path}`, handler);
    return () => void routes.delete(`${method} ${path}`);
  };
  const host: HttpHost = { main: { url: "", route }, listen: () => Promise.reject(new Error("No further ports.")) };
  return { projectDir, host, routes, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function running(name: string): Promise<{ readonly world: World; readonly supervision: Supervision }> {
  const made = await world();
  const flow = await flowOf("contract", [{ uses: name, with: cases[name]!.input(made) }]);
  const engine = engineOf(undefined, made.projectDir);
  const supervision = await supervise([flow], { engine, projectDir: made.projectDir, http: made.host, graceMs: 2_000 });
  await until(() => supervision.status().health === "running" && supervision.status().description !== undefined);
  return { world: made, supervision };
}

test("every built-in trigger has its case here", () => {
  expect(Object.keys(cases).sort()).toEqual(builtInTriggers.map((each) => each.name).sort());
});

describe.each(Object.keys(cases))("%s", (name) => {
  const ofContract = async ({ runs }: Supervision) => (await runs()).filter((run) => run.flow === "contract");

  test("starts a run that tells where it comes from, and tells when it fired", async () => {
    const { world, supervision } = await running(name);
    await cases[name]!.cause?.(world, supervision);
    await until(async () => (await ofContract(supervision)).length > 0);
    const [run] = (await ofContract(supervision)).slice(-1);
    expect(run!.trigger).toMatchObject({
      type: name,
      id: name,
      event: { type: name, source: `/flows/contract/triggers/${name}` },
    });
    expect(Math.abs(Date.now() - run!.trigger.time)).toBeLessThan(10_000);
    await until(() => supervision.status().lastRunId !== undefined);
    expect(supervision.status().counts.fired).toBeGreaterThan(0);
    const events = await supervision.engine.store.events.read({ types: ["trigger-started", "trigger-fired"] });
    expect(events.map((each) => each.type).slice(0, 2)).toEqual(["trigger-started", "trigger-fired"]);
  });

  test("stops at once when it is told to, and leaves nothing behind", async () => {
    const { world, supervision } = await running(name);
    const begun = performance.now();
    await supervision.supervisor.close();
    expect(performance.now() - begun).toBeLessThan(1_500);
    const { events } = supervision.engine.store;
    expect(await events.read({ types: ["trigger-failed"] })).toEqual([]);
    expect(await events.read({ types: ["trigger-stopped"] })).toHaveLength(1);
    expect(world.routes.size).toBe(0);
  });

  test("refuses an input that it does not know", async () => {
    const made = await world();
    const input = { ...cases[name]!.input(made), unheard_of: "${{ flow.name }}" };
    const { diagnostics } = await parse(name, input);
    const codes = diagnostics.map((each) => each.code);
    if (codes.length > 0) expect(codes).toContain("unknown-input");
    else {
      const { status } = await supervise([await flowOf("contract", [{ uses: name, with: input }])]);
      await until(() => status().health === "failed");
      expect(status().lastError!.code).toBe("invalid-input");
    }
  });
});

async function parse(uses: string, input: object) {
  const { parseFlow } = await import("../../src/index.ts");
  const steps = [{ id: "keep", uses: "data.set" }];
  return parseFlow(JSON.stringify({ name: "contract", trigger: { uses, with: input }, steps }));
}
