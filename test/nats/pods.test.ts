import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, startOwnNats, whyNoOwnNats } from "../../packages/networks/test/nats/nats-server.ts";
import { connect } from "../../packages/networks/test/nats/raw-client.ts";
import { pawl, startPawl, temporaryProject, until } from "../end-to-end/pawl.ts";
import { diamond, expectedOf, Herd } from "./herd.ts";

const project = () => temporaryProject({ "networks/scoring.yaml": diamond });
const answerOf = (url: string) =>
  fetch(url).then(
    (answer) => answer.status,
    () => 0,
  );

describe("pawl network pod", () => {
  test("says what it needs to know", async () => {
    const cwd = project();
    const code = async (...args: string[]) => (await pawl(["network", "pod", "scoring", ...args], { cwd })).code;
    const transport = ["--transport", "nats://127.0.0.1:1"];
    expect(await code(...transport)).toBe(2);
    expect(await code("--pod", "price")).toBe(2);
    expect(await code("--pod", "prise", ...transport)).toBe(4);
    expect(await code("--pod", "price", "--transport", "http://127.0.0.1")).toBe(2);
    expect(await code("--pod", "price", ...transport, "--drain-delay", "soon")).toBe(2);
    const ended = await pawl(["network", "status", "scoring", ...transport], { cwd });
    expect([ended.code, ended.stderr.includes("nats://127.0.0.1:1 could not be reached")]).toEqual([5, true]);
  });

  test("says what to install when the client is not there", async () => {
    const cwd = project();
    const without = join(cwd, "without.mjs");
    const refuse = `export async function resolve(name, context, next) {
      if (name.startsWith("@nats-io/")) throw Object.assign(new Error(name), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context);
    }`;
    const source = `data:text/javascript,${encodeURIComponent(refuse)}`;
    writeFileSync(without, `import { register } from "node:module"; register(${JSON.stringify(source)});`);
    const args = ["network", "pod", "scoring", "--pod", "price", "--port", "0", "--transport", "nats://127.0.0.1:1"];
    const ended = await pawl(args, { cwd, env: { NODE_OPTIONS: `--import=${without}` } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("npm install @nats-io/transport-node");
  });
});

describe.skipIf(whyNoOwnNats !== undefined)("a pod as a process on NATS", () => {
  test("is alive and not ready while there is no server, ready when there is, and exits 0 when asked to end", async () => {
    const cwd = project();
    const [port, http] = [await freePort(), await freePort()];
    const args = ["--transport", `nats://127.0.0.1:${port}`, "--port", String(http)];
    const going = startPawl(["network", "pod", "scoring", "--pod", "intake", ...args], { cwd });
    const url = `http://127.0.0.1:${http}`;
    await until("it says that it waits", () => going.output().includes("cannot be reached, trying again"));
    expect(await answerOf(`${url}/readyz`)).toBe(503);
    expect(await answerOf(`${url}/livez`)).toBe(200);
    expect((await fetch(`${url}/trigger`, { method: "POST" })).headers.get("retry-after")).toBe("1");
    const server = await startOwnNats({ port });
    onTestFinished(() => server.close());
    await until("it is ready", async () => (await answerOf(`${url}/readyz`)) === 200);
    expect((await fetch(`${url}/trigger`, { method: "POST" })).status).toBe(202);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'pawl_pod_sent_total{network="scoring",pod="intake"} 1',
    );
    expect(await going.kill("SIGTERM")).toMatchObject({ code: 0, signal: null });

    const waiting = startPawl(
      ["network", "pod", "scoring", "--pod", "price", "--transport", "nats://127.0.0.1:1", "--port", "0"],
      { cwd },
    );
    await until("it waits", () => waiting.output().includes("trying again"));
    expect(await waiting.kill("SIGTERM")).toMatchObject({ code: 0, signal: null });
  });

  test("with wrong credentials ends with 5; right ones come from the environment and are not shown", async () => {
    const server = await startOwnNats({ config: "authorization { user: pawl, password: right }" });
    onTestFinished(() => server.close());
    const cwd = project();
    const args = ["network", "pod", "scoring", "--pod", "price", "--port", "0", "--transport", server.url];
    const refused = await pawl(args, { cwd, env: { NATS_USER: "pawl", NATS_PASSWORD: "wrong" } });
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain("does not accept these credentials");
    const env = { NATS_USER: "pawl", NATS_PASSWORD: "right" };
    const going = startPawl(args, { cwd, env });
    await until("it runs", () => going.output().includes("Ctrl-C"));
    expect(going.output()).not.toContain("right");
    await going.kill("SIGTERM");
    const elsewhere = await pawl(["network", "status", "scoring", "--tenant", "nobody", "--transport", server.url], {
      cwd,
      env,
    });
    expect([elsewhere.code, elsewhere.stderr.includes("There is no stream pn_nobody_scoring")]).toEqual([5, true]);
  });

  test("answers commands of other processes, and a message that ends its process dies after its attempts", {
    timeout: 60_000,
  }, async () => {
    const herd = await Herd.start({
      env: { PAWL_NATS_ACK_WAIT_MS: "600", PAWL_NATS_LEASE_MS: "900" },
      hooks: {
        risk: `export function onReceiveRelay(p) {
          if (p.n === 5) process.kill(process.pid, "SIGKILL");
          return { n: p.n, by: "risk" };
        }`,
      },
    });
    herd.keepAlive("risk");
    const sent = await herd.pawl("trigger", "scoring", "intake", "--data", '{"n":1}', "--wait", "10s");
    expect(sent).toMatchObject({ status: "completed", results: { archive: expectedOf(1) } });
    await herd.send(5);
    await herd.send(8);
    await until("both have come through", async () => (await herd.outputs()).length === 3, 40_000);
    expect((await herd.outputs()).map(({ n, by }) => [n, by.join()])).toEqual([
      [1, "price,risk"],
      [5, "price"],
      [8, "price,risk"],
    ]);
    const { deadLetters } = await herd.pawl("dlq", "list", "scoring");
    expect(deadLetters).toMatchObject([{ pod: "risk", reason: "poison" }]);
    const id = String(deadLetters[0].id);
    expect((await herd.pawl("dlq", "show", "scoring", id)).envelopes[0].data).toEqual({ n: 5 });
    expect(await herd.pawl("dlq", "purge", "scoring", id)).toEqual({ removed: 1 });
    expect((await herd.pawl("status", "scoring")).networks[0]).toMatchObject({ deadLetters: 0, isReady: true });
  });

  test("runs with the rights that are generated for it, and the server keeps it from sending elsewhere", {
    timeout: 60_000,
  }, async () => {
    const cwd = project();
    const { stdout } = await pawl(["network", "permissions", "scoring"], { cwd });
    const passwords = [...stdout.matchAll(/password: \$(\w+)/g)].map(([, name]) => name!);
    expect(passwords).toHaveLength(7);
    const config = stdout.replaceAll(/\$(NATS_\w+)/g, '"$1"');
    const asUser = (name: string) => ({
      NATS_USER: name,
      NATS_PASSWORD: `NATS_${name.toUpperCase().replace(".", "_")}`,
    });
    const herd = await Herd.start({ server: { config }, isLazy: true });
    const keeper = asUser("scoring");
    const setUp = await pawl(["network", "set-up", "scoring", "--transport", herd.server.url], {
      cwd: herd.cwd,
      env: keeper,
    });
    expect(setUp.code, setUp.stderr).toBe(0);
    for (const pod of herd.pods)
      herd.launch(pod, "", undefined, { env: asUser(`scoring.${pod}`), more: ["--no-set-up"] });
    await herd.ready();
    const body = JSON.stringify({ n: 1 });
    const headers = { "content-type": "application/json", "idempotency-key": "k" };
    const post = () => fetch(`${herd.url("intake")}/trigger?wait=10s`, { method: "POST", body, headers });
    expect(await (await post()).json()).toMatchObject({ status: "completed", results: { archive: expectedOf(1) } });
    expect((await post()).status).toBe(200);
    await herd.send(7);
    await until("it has come through", async () => (await herd.outputs()).length === 2);
    for (const pod of herd.pods)
      expect([
        pod,
        herd
          .process(pod)
          .output()
          .match(/Permissions Violation.*/)?.[0],
      ]).toEqual([pod, undefined]);

    const price = asUser("scoring.price");
    const violation = await connect(herd.server.url, price.NATS_USER, price.NATS_PASSWORD, async (connection) => {
      connection.publish("pn.default.scoring.in.archive.join", "forged");
    });
    expect(violation).toContain("Permissions Violation for Publish");
  });
});

describe("pawl network up", () => {
  test("exits 0 when it ended cleanly after SIGTERM, and 143 when a second one cuts it off", async () => {
    const cwd = temporaryProject({
      "networks/scoring.yaml": diamond,
      "networks/scoring/price.js":
        "export const onReceiveRelay = () => (console.log('in hand'), new Promise((r) => setTimeout(r, 60_000)));",
    });
    const clean = startPawl(["network", "up", "scoring", "--port", "0"], { cwd });
    const url = await until("it runs", () => /http:\/\/127\.0\.0\.1:\d+/.exec(clean.output())?.[0]);
    expect(await clean.kill("SIGTERM")).toMatchObject({ code: 0, signal: null });
    expect(url).toBeDefined();
    const stuck = startPawl(["network", "up", "scoring", "--port", "0"], { cwd });
    const stuckUrl = await until("it runs", () => /http:\/\/127\.0\.0\.1:\d+/.exec(stuck.output())?.[0]);
    const type = { "content-type": "application/json" };
    await fetch(`${stuckUrl}/trigger`, { method: "POST", body: '{"n":1}', headers: type });
    await until("a hook has it", () => stuck.output().includes("in hand"));
    stuck.child.kill("SIGTERM");
    await until("it drains", () => stuck.output().includes("stopping"));
    expect(await stuck.kill("SIGTERM")).toMatchObject({ code: 143 });
  });
});
