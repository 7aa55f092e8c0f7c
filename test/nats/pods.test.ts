import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { diamond } from "../../packages/networks/test/diamond.ts";
import { freePort, startOwnNats, whyNoOwnNats } from "../../packages/networks/test/nats/nats-server.ts";
import { newNkey, newOperator } from "../../packages/networks/test/nats/nkeys.ts";
import { connect } from "../../packages/networks/test/nats/raw-client.ts";
import { pawl, startPawl, temporaryProject, until } from "../end-to-end/pawl.ts";
import { expectedOf, Herd } from "./herd.ts";

const project = () => temporaryProject({ "networks/scoring.yaml": diamond });
const answerOf = (url: string) =>
  fetch(url).then(
    (answer) => answer.status,
    () => 0,
  );

const sending = `name: sending
steps:
  - id: send
    uses: network.send
    with: { network: scoring, pod: intake, data: { n: 2 }, wait: 20s }
outputs:
  results: \${{ steps.send.output.results }}
`;

interface Node {
  readonly kind: string;
  readonly name: string;
  readonly children: readonly Node[];
}

/** What a trace shows, in its order. */
function podsIn(tree: readonly Node[]): string[] {
  return tree.flatMap(({ kind, name, children }) => [...(kind === "pod" ? [name] : []), ...podsIn(children)]);
}

describe("pawl network pod", () => {
  test("says what it needs to know", async () => {
    const cwd = project();
    const code = async (...args: string[]) => (await pawl(["network", "pod", "scoring", ...args], { cwd })).code;
    const transport = ["--transport", "nats://127.0.0.1:1"];
    const asked = Promise.all([
      code(...transport),
      code("--pod", "price"),
      code("--pod", "prise", ...transport),
      code("--pod", "price", "--transport", "http://127.0.0.1"),
      code("--pod", "price", ...transport, "--drain-delay", "soon"),
    ]);
    const ended = await pawl(["network", "status", "scoring", ...transport], { cwd });
    expect(await asked).toEqual([2, 2, 4, 2, 2]);
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

  test("shows who it is by an NKey or a credentials file; wrong ones end it with 5, and nothing secret is shown", async () => {
    const [known, strange] = [newNkey("user"), newNkey("user")];
    const operator = newOperator();
    const cwd = project();
    const fileOf = (name: string, text: string) => {
      writeFileSync(join(cwd, name), text);
      return join(cwd, name);
    };
    const setUp = async (url: string, env: Record<string, string>, ...more: string[]) => {
      const { code, stdout, stderr } = await pawl(["network", "set-up", "scoring", "--transport", url, ...more], {
        cwd,
        env,
      });
      for (const secret of Object.values(env).map((file) => readFileSync(file, "utf8")))
        for (const line of secret.split("\n").filter((text) => /^[\w.-]{40,}$/.test(text)))
          expect(stdout + stderr).not.toContain(line);
      return { code, isRefused: stderr.includes("does not accept these credentials") };
    };
    const byKey = await startOwnNats({ config: `authorization { users: [ { nkey: ${known.publicKey} } ] }` });
    const byToken = await startOwnNats({ config: operator.config });
    onTestFinished(() => Promise.all([byKey.close(), byToken.close()]).then(() => {}));
    const right = { code: 0, isRefused: false };
    const wrong = { code: 5, isRefused: true };
    const creds = fileOf("known.creds", operator.newCreds());
    const [a, b, c, d, e] = await Promise.all([
      setUp(byKey.url, { NATS_NKEY: fileOf("known.nk", `${known.seed}\n`) }),
      setUp(byKey.url, { NATS_NKEY: fileOf("strange.nk", strange.seed) }),
      setUp(byToken.url, { NATS_CREDS: creds }),
      setUp(byToken.url, { NATS_CREDS: fileOf("strange.creds", operator.newCreds("strange")) }),
      setUp(byToken.url, {}),
    ]);
    expect([a, b, c, d, e]).toEqual([right, wrong, right, wrong, wrong]);
    expect(await setUp(byToken.url, {}, "--creds", creds)).toEqual(right);
    // Not even a file that is none is repeated in what is said about it.
    const none = fileOf("none", `${"hush".repeat(12)}\n`);
    const unread = ["NATS_CREDS", "NATS_NKEY"].map((name) => setUp(byToken.url, { [name]: none }));
    expect((await Promise.all(unread)).map(({ code }) => code)).toEqual([2, 2]);
  });

  test("answers commands of other processes, and a message that ends its process dies after its attempts", {
    timeout: 60_000,
  }, async () => {
    const herd = await Herd.start({
      env: { PAWL_NATS_ACK_WAIT_MS: "600", PAWL_NATS_LEASE_MS: "900" },
      files: { "flows/sending.yaml": sending },
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
    const passed = await until("all pods have told", async () => {
      const pods = podsIn((await herd.pawl("trace", sent.id)).tree);
      return pods.length === 6 && pods;
    });
    expect(passed).toEqual(herd.pods);
    const { run } = await herd.pawl("run", "sending");
    expect(run).toMatchObject({ status: "completed", outputs: { results: { archive: expectedOf(2) } } });
    const whole = await until("the tree of the run is whole", async () => {
      const { tree } = await herd.pawl("trace", run.id);
      return podsIn(tree).length === 6 && tree;
    });
    expect(whole).toMatchObject([{ kind: "run", name: "sending" }]);
    // A server of the project runs none of it, and its workers send there too.
    const served = startPawl(["serve", "--port", "0"], { cwd: herd.cwd, env: { PAWL_TRANSPORT: herd.server.url } });
    const at = await until("it serves", () => /http:\/\/127\.0\.0\.1:\d+/.exec(served.output())?.[0]);
    expect(served.output()).toContain("Networks are where $PAWL_TRANSPORT says");
    const type = { "content-type": "application/json" };
    const started = await fetch(`${at}/api/v1/flows/sending/runs`, { method: "POST", body: "{}", headers: type });
    expect(started.status).toBe(202);
    await until("its run has sent", async () => (await herd.outputs()).length === 3);
    await served.kill("SIGTERM");
    await herd.send(5);
    await herd.send(8);
    await until("both have come through", async () => (await herd.outputs()).length === 5, 40_000);
    expect((await herd.outputs()).map(({ n, by }) => [n, by.join()])).toEqual([
      [1, "price,risk"],
      [2, "price,risk"],
      [2, "price,risk"],
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

describe.skipIf(whyNoOwnNats !== undefined)("pawl network up on NATS", () => {
  test("loses nothing when it is killed while it is fed", { timeout: 60_000 }, async () => {
    const herd = await Herd.start({
      env: { PAWL_NATS_ACK_WAIT_MS: "800", PAWL_NATS_LEASE_MS: "900" },
      isLazy: true,
    });
    let up = herd.launchAll();
    const messages = 60;
    const sent = Promise.all(Array.from({ length: messages }, (_, n) => herd.send(n)));
    for (const before of [5, 30]) {
      await until("some have come in", () => herd.calls("fan").length > before);
      await up.kill("SIGKILL");
      up = herd.launchAll();
    }
    await sent;
    const expected = Array.from({ length: messages }, (_, n) => expectedOf(n)).filter((one) => one !== undefined);
    await until("all have come through", async () => (await herd.outputs()).length >= expected.length, 30_000);
    expect(await herd.outputs()).toEqual(expected);
    expect(await up.kill("SIGTERM")).toMatchObject({ code: 0, signal: null });
  });

  test("takes over what a full stream holds, and what an older file has sent", { timeout: 60_000 }, async () => {
    const herd = await Herd.start({ env: { PAWL_NATS_MAX_BYTES: "400000" }, isLazy: true });
    const intake = herd.launch("intake");
    await herd.ready(["intake"]);
    const post = async (n: number, bytes: number) => {
      const request = { method: "POST", headers: { "content-type": "application/json" } };
      const body = JSON.stringify({ n, text: "x".repeat(bytes) });
      const answer = await fetch(`${herd.url("intake")}/trigger`, { ...request, body });
      const { error } = (await answer.json()) as { error?: { code: string } };
      return { status: answer.status, code: error?.code, retryAfter: answer.headers.get("retry-after") };
    };
    expect(await post(0, 1_030_000)).toMatchObject({ status: 413, code: "too_large" });
    let accepted = 0;
    let last = await post(1, 20_000);
    for (; last.status === 202; last = await post(accepted + 1, 20_000)) accepted++;
    expect(last).toEqual({ status: 429, code: "busy", retryAfter: "1" });
    expect(accepted).toBeGreaterThan(5);
    await intake.kill("SIGTERM");
    const file = join(herd.cwd, "networks/scoring.yaml");
    const further = diamond
      .replace("connections:", "  - { id: seal,    template: http-relay }\nconnections:")
      .replace("- { from: join,   to: archive }", "- { from: join, to: seal }\n  - { from: seal, to: archive }");
    writeFileSync(file, further);
    herd.launchAll();
    const numbers = Array.from({ length: accepted }, (_, index) => index + 1);
    const expected = numbers.map((n) => expectedOf(n)).filter((one) => one !== undefined);
    await until("all have come through", async () => (await herd.outputs()).length >= expected.length, 30_000);
    expect(await herd.outputs()).toEqual(expected);
    await until("there is room again", async () => (await post(1, 20)).status === 202);
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
