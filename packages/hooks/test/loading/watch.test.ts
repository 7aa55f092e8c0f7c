import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { type LiveHooks, watchHooks } from "../../src/index.ts";
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
