import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { copyOfExample, pawl, pawlJson, startServe, temporaryProject, until } from "./pawl.ts";

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly next?: string;
}

async function doctor(cwd: string): Promise<{ ok: boolean; findings: Finding[] }> {
  return pawlJson(["doctor"], { cwd });
}

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test("the doctor looks at flows, hooks, networks, trust and the port, and says what to type", async () => {
  const cwd = copyOfExample("orders");
  const first = await doctor(cwd);
  expect(first.ok).toBe(true);
  const named = (name: string) => first.findings.filter((finding) => finding.name === name);
  expect(named("flows")).toMatchObject([{ detail: expect.stringContaining("2 files") }]);
  expect(named("hook")).toMatchObject([{ ok: true, next: "pawl hooks trust guard-orders" }]);
  expect(named("networks")).toMatchObject([{ ok: true, detail: expect.stringContaining("1 file, 7 pods") }]);
  expect(named("trust")).toMatchObject([{ next: "pawl trust" }]);
  expect(named("port")).toHaveLength(1);
  await pawl(["hooks", "trust"], { cwd });
  const second = await doctor(cwd);
  expect(second.findings.filter(({ name }) => name === "hook")).toEqual([]);
  expect(second.findings).toContainEqual({ name: "hooks", ok: true, detail: "1 hook of 1 can run" });
});

test("what is wrong with networks, hooks and the port makes it say so", async () => {
  const port = await takenPort();
  const line =
    "name: line\npods: [{ id: a, type: gateway }, { id: b, type: sink }]\nconnections: [{ from: a, to: b }]\n";
  const cwd = temporaryProject({
    "networks/line.yaml": line,
    "networks/bad.yaml": "name: bad\npods: [{ id: a, type: gateway }]\nconnections: []\n",
    "hooks/broken/HOOK.md": '+++\nname = "broken"\nevent = "PreToolUs"\n+++\n',
    "pawl.config.ts": `export default { server: { port: ${port} } };\n`,
  });
  const serve = await startServe({ cwd });
  await serve.kill("SIGKILL");
  const ended = await pawl(["doctor", "--trust-all", "--json"], { cwd });
  const { ok, findings } = JSON.parse(ended.stdout) as { ok: boolean; findings: Finding[] };
  expect([ended.code, ok]).toEqual([1, false]);
  const wrong = findings.filter((finding) => !finding.ok);
  expect(wrong.map(({ name }) => name).sort()).toEqual(expect.arrayContaining(["hook", "networks", "port"]));
  expect(wrong.find(({ name }) => name === "port")).toMatchObject({
    detail: expect.stringContaining("another program"),
  });
});

test("what a server uses otherwise than it stands on disk is told by the doctor and the status, until it is restarted", async () => {
  const manifest = (version: string) =>
    JSON.stringify({ name: "greeter", version, type: "module", main: "index.js", keywords: ["pawl-plugin"] });
  const cwd = temporaryProject({
    "flows/a.yaml": "name: a\nsteps: [{ id: a, uses: data.set }]\n",
    "pawl.config.js": "export default {};\n",
    "package.json": JSON.stringify({ private: true, dependencies: { greeter: "1" } }),
    "node_modules/greeter/package.json": manifest("1.0.0"),
    "node_modules/greeter/index.js": "export default { name: 'greeter', nodes: [] };\n",
  });
  await pawl(["trust"], { cwd });
  const served = await startServe({ cwd });
  const told = async () => (await pawlJson(["status"], { cwd })).outdated as string[];
  expect(await told()).toEqual([]);
  writeFileSync(join(cwd, "node_modules/greeter/package.json"), manifest("1.1.0"));
  writeFileSync(join(cwd, "package-lock.json"), "{}\n");
  await until("the package is told", () => /greeter is 1\.1\.0 .*restart/.test(served.output()));
  writeFileSync(join(cwd, "pawl.config.js"), "export default { server: { rateLimit: false } };\n");
  await until("the configuration is told", () => /pawl\.config\.js .*restart/.test(served.output()));
  // It is in the log first, and at once on the board that other commands read.
  const sentences = await until("the commands know it", async () => {
    const now = await told();
    return now.length === 2 ? now : undefined;
  });
  expect(sentences).toEqual([
    expect.stringMatching(/^pawl\.config\.js .*restart/),
    expect.stringMatching(/^greeter is 1\.1\.0 .* 1\.0\.0 .*restart/),
  ]);
  for (const sentence of sentences) expect(served.output()).toContain(sentence);
  const [{ stdout }, { ok, findings }] = await Promise.all([pawl(["status"], { cwd }), doctor(cwd)]);
  for (const sentence of sentences) expect(stdout).toContain(sentence);
  expect(ok).toBe(false);
  for (const detail of sentences) expect(findings).toContainEqual({ name: "server", ok: false, detail });
  await served.kill("SIGTERM");
  await startServe({ cwd });
  const [left, after] = await Promise.all([told(), doctor(cwd)]);
  expect([left, after.findings.filter(({ name }) => name === "server")]).toEqual([[], []]);
}, 60_000);
