import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type HookInputFor, lifecycleEvents, loadHooks, trustHooks } from "@pawl/hooks";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { inputs, type LifecycleEvent } from "../../packages/hooks/test/inputs.ts";
import { createProject, hookFile, type TestProject } from "../../packages/hooks/test/project.ts";
import { pawl, program } from "../end-to-end/pawl.ts";

/** A project with a hook that writes down every event and answers. */
function observedProject(atEnd?: (cleanUp: () => void) => void): TestProject {
  const files = {
    ".pawl/keep": "",
    "hooks/observer/HOOK.md": hookFile({ name: "observer", events: lifecycleEvents, command: "./observe.sh" }),
    "hooks/observer/observe.sh":
      '#!/bin/sh\ncat > ../../seen-$PAWL_EVENT.json\necho "{\\"systemMessage\\":\\"seen $PAWL_EVENT\\"}"\n',
  };
  return createProject(files, atEnd);
}

interface Fired {
  readonly project: TestProject;
  readonly verdict: unknown;
}

type Fire = (event: LifecycleEvent) => Promise<Fired>;

const library: Fire = async (event) => {
  const project = observedProject();
  const loaded = loadHooks({ projectDir: project.dir, env: project.env, trustAll: true });
  onTestFinished(() => loaded.close());
  const input = inputs[event] as unknown as HookInputFor<LifecycleEvent>;
  return { project, verdict: await loaded.registry.run(event, input) };
};

const command: Fire = async (event) => {
  const project = observedProject();
  const args = ["hooks", "fire", event, "--json", "--trust-all"];
  const ran = await pawl(args, { cwd: project.dir, env: project.env, input: JSON.stringify(inputs[event]) });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return { project, verdict: JSON.parse(ran.stdout) };
};

const http: Fire = async (event) => {
  served ??= serve();
  const { project, url } = await served;
  const response = await fetch(`${url}/api/v1/hooks/${event}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(inputs[event]),
  });
  expect(response.status).toBe(200);
  return { project, verdict: await response.json() };
};

interface Served {
  readonly project: TestProject;
  readonly url: string;
  /** The event of its start, as a hook saw it. */
  readonly setup: unknown;
}

let served: Promise<Served> | undefined;

/** What the server leaves, last first. Hooks of vitest that are registered inside a test are never called. */
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** One `pawl serve` for all events. */
async function serve(): Promise<Served> {
  const project = observedProject((cleanUp) => void ends.push(cleanUp));
  trustHooks(loadHooks({ projectDir: project.dir, env: project.env }));
  const child = spawn(process.execPath, [program, "serve", "--port", "0"], { cwd: project.dir, env: project.env });
  ends.push(async () => {
    child.kill();
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  });
  let printed = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer): void => {
      printed += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (found) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => reject(new Error(`pawl serve ended: ${printed}`)));
  });
  return { project, url, setup: seenIn(project, "Setup") };
}

const hosts: readonly [string, Fire][] = [
  ["the library", library],
  ["the command", command],
  ["HTTP", http],
];

const table = hosts.flatMap(([host, fire]) =>
  lifecycleEvents.map((event) => [event as LifecycleEvent, host, fire] as const),
);

test.each(table)(
  "%s, fired through %s, is seen by a hook with every field, and its answer comes back",
  async (event, _, fire) => {
    const { project, verdict } = await fire(event);
    expect(verdict).toMatchObject({
      event,
      decision: "none",
      blocked: false,
      continue: true,
      systemMessages: [`seen ${event}`],
      hooks: [{ name: "observer", status: "ok" }],
    });
    expect(seenIn(project, event)).toEqual(inputs[event]);
  },
);

test("a server fires Setup when it starts, and ConfigChange when a hook file changes", async () => {
  served ??= serve();
  const { project, setup } = await served;
  expect(setup).toMatchObject({ hook_event_name: "Setup", trigger: "boot" });
  rmSync(join(project.dir, "seen-ConfigChange.json"), { force: true });
  project.write({ "hooks/another/HOOK.md": hookFile({ name: "another", event: "Stop", command: "true" }) });
  await expect.poll(() => tryToSee(project, "ConfigChange"), { timeout: 10_000 }).toMatchObject({ source: "hooks" });
});

function seenIn(project: TestProject, event: string): unknown {
  return JSON.parse(readFileSync(join(project.dir, `seen-${event}.json`), "utf8"));
}

function tryToSee(project: TestProject, event: string): unknown {
  try {
    return seenIn(project, event);
  } catch {
    return undefined;
  }
}
