import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { type LiveHooks, loadHooks, trustHooks, watchHooks } from "../../src/index.ts";
import { inputs } from "../inputs.ts";
import { createProject, hookFile } from "../project.ts";

const hook = (name: string) => hookFile({ name, event: "Stop", command: "true" });
const names = (live: LiveHooks) => live.current.hooks.map((one) => one.name);

test("hooks that are added, changed and removed take effect without a restart", async () => {
  const project = createProject({ "hooks/a/HOOK.md": hook("a") });
  const live = watchHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => live.close());
  expect(names(live)).toEqual(["a"]);
  project.write({ "hooks/b/HOOK.md": hook("b") });
  await vi.waitUntil(() => names(live).join() === "a,b", 5_000);
  project.write({ "hooks/b/HOOK.md": hook("c") });
  await vi.waitUntil(() => names(live).join() === "a,c", 5_000);
  rmSync(join(project.dir, "hooks/a"), { recursive: true });
  await vi.waitUntil(() => names(live).join() === "c", 5_000);
});

test("a hooks folder that did not exist is seen when it comes", async () => {
  const project = createProject();
  const live = watchHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => live.close());
  project.write({ "hooks/a/HOOK.md": hook("a") });
  await vi.waitUntil(() => names(live).join() === "a", 5_000);
});

test("an event on its way ends with the hooks it began with", async () => {
  const slow = hookFile({ name: "slow", event: "Stop", command: "sleep 0.5; exit 2" });
  const project = createProject({ "hooks/slow/HOOK.md": slow });
  const live = watchHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => live.close());
  const running = live.current.registry.run("Stop", { ...inputs.Stop, cwd: project.dir });
  project.write({ "hooks/slow/HOOK.md": hook("quick") });
  await vi.waitUntil(() => names(live).join() === "quick", 5_000);
  expect(await running).toMatchObject({ blocked: true });
});

test("breakers keep their memory over a change", async () => {
  const failing = (text: string) => hookFile({ name: "bad", event: "Stop", command: "exit 1" }, text);
  const project = createProject({ "hooks/bad/HOOK.md": failing("one") });
  const live = watchHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => live.close());
  const fire = () => live.current.registry.run("Stop", { ...inputs.Stop, cwd: project.dir });
  for (let i = 0; i < 5; i++) await fire();
  project.write({ "hooks/bad/HOOK.md": failing("two") });
  await vi.waitUntil(() => live.current.hooks[0]?.description === "two", 5_000);
  expect(await fire()).toMatchObject({ hooks: [{ reason: "breaker-open" }] });
});

test("a hook that writes into its own folder is no change", async () => {
  const project = createProject();
  const home = { ".config/pawl/hooks/a/HOOK.md": hookFile({ name: "a", event: "Stop", command: "date >> log" }) };
  project.writeHome(home);
  let changes = 0;
  const live = watchHooks({ projectDir: project.dir, env: project.env, onChange: () => void changes++ });
  onTestFinished(() => live.close());
  await live.current.registry.run("Stop", { ...inputs.Stop, cwd: project.dir });
  // A real change afterwards shows that the first one has been looked at.
  project.writeHome({ ".config/pawl/hooks/b/HOOK.md": hook("b") });
  await vi.waitUntil(() => names(live).join() === "a,b", 5_000);
  expect(changes).toBe(1);
});

test("a handler module that changes is loaded again", async () => {
  const says = (word: string) => `export default () => ({ systemMessage: "${word}" });`;
  const project = createProject({
    "hooks/a/HOOK.md": hookFile({ name: "a", event: "Stop", handler: "./a.mjs" }),
    "hooks/a/a.mjs": says("one"),
  });
  const live = watchHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => live.close());
  const fire = async () => (await live.current.registry.run("Stop", inputs.Stop)).systemMessages.join();
  expect(await fire()).toBe("one");
  project.write({ "hooks/a/a.mjs": says("two") });
  await vi.waitUntil(async () => (await fire()) === "two", { timeout: 5_000, interval: 50 });
});

test("trust that is given while a host runs takes effect", async () => {
  const project = createProject({ "hooks/a/HOOK.md": hook("a") });
  const live = watchHooks({ projectDir: project.dir, env: project.env });
  onTestFinished(() => live.close());
  expect(live.current.hooks).toMatchObject([{ status: "untrusted" }]);
  trustHooks(loadHooks({ projectDir: project.dir, env: project.env }));
  await vi.waitUntil(() => live.current.hooks[0]!.status === "active", 5_000);
});

test("a change that is not allowed leaves the hooks as they were", async () => {
  const project = createProject({ "hooks/a/HOOK.md": hook("a") });
  const asked: string[] = [];
  const mayChange = async (_: unknown, file: string) => {
    asked.push(file);
    return asked.length > 1;
  };
  const live = watchHooks({ projectDir: project.dir, env: project.env, trustAll: true, mayChange });
  onTestFinished(() => live.close());
  project.write({ "hooks/a/HOOK.md": hook("b") });
  await vi.waitUntil(() => asked.length === 1, 5_000);
  expect(names(live)).toEqual(["a"]);
  project.write({ "hooks/a/HOOK.md": hook("c") });
  await vi.waitUntil(() => names(live).join() === "c", 5_000);
});
