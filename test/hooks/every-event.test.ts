import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type HookInputFor, lifecycleEvents, loadHooks } from "@pawl/hooks";
import { expect, onTestFinished, test } from "vitest";
import { mountHooks } from "../../packages/cli/src/hooks/mount-hooks.ts";
import { inputs, type LifecycleEvent } from "../../packages/hooks/test/inputs.ts";
import { createProject, hookFile, type TestProject } from "../../packages/hooks/test/project.ts";
import { listen } from "./http-mount.ts";
import { pawl } from "./pawl.ts";

type Fire = (project: TestProject, event: LifecycleEvent) => Promise<unknown>;

const library: Fire = async (project, event) => {
  const loaded = loadHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => loaded.close());
  return loaded.registry.run(event, inputs[event] as unknown as HookInputFor<LifecycleEvent>);
};

const cli: Fire = async (project, event) => {
  const input = JSON.stringify(inputs[event]);
  const args = ["hooks", "fire", event, "--json", "--trust-all"];
  const ran = await pawl(args, { cwd: project.dir, env: project.env, input });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ran.stdout);
};

const http: Fire = async (project, event) => {
  const loaded = loadHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => loaded.close());
  const mount = await listen();
  onTestFinished(() => mount.close());
  mountHooks(mount, { current: loaded }, { cwd: project.dir });
  const response = await fetch(`${mount.url}/api/v1/hooks/${event}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(inputs[event]),
  });
  expect(response.status).toBe(200);
  return response.json();
};

const hosts: readonly [string, Fire][] = [
  ["the library", library],
  ["the command", cli],
  ["HTTP", http],
];

const table = hosts.flatMap(([host, fire]) =>
  lifecycleEvents.map((event) => [event as LifecycleEvent, host, fire] as const),
);

test.each(table)(
  "%s, fired through %s, is seen by a hook with every field, and its answer comes back",
  async (event, _, fire) => {
    const answer = `{"systemMessage":"seen ${event}"}`;
    const project = createProject({
      ".pawl/keep": "",
      "hooks/observer/HOOK.md": hookFile({ name: "observer", event, command: "./observe.sh" }),
      "hooks/observer/observe.sh": `#!/bin/sh\ncat > ../../seen.json\necho '${answer}'\n`,
    });
    const verdict = await fire(project, event);
    const seen = join(project.dir, "seen.json");
    expect(existsSync(seen)).toBe(true);
    expect(JSON.parse(readFileSync(seen, "utf8"))).toEqual(inputs[event]);
    expect(verdict).toMatchObject({
      event,
      decision: "none",
      blocked: false,
      continue: true,
      systemMessages: [`seen ${event}`],
      hooks: [{ name: "observer", status: "ok" }],
    });
  },
);
