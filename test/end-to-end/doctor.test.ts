import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { copyOfExample, pawl, pawlJson, startServe, temporaryProject } from "./pawl.ts";

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
