import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  type HookMatcher,
  type HookSession,
  lifecycleEvents,
  loadHooks,
  type ToolRequest,
  type Verdict,
} from "@pawl/hooks";
import { expect, onTestFinished, test } from "vitest";
import { runAgent } from "./agent.ts";
import { createTools } from "./agent-tools.ts";
import { SessionEvents } from "./events.ts";
import { type ScriptedTurn, startScriptedModel } from "./scripted-model.ts";

const bash = (command: string): ScriptedTurn => ({ calls: [{ tool: "Bash", input: { command } }] });
const says = (text: string): ScriptedTurn => ({ text });

/** An agent in a git repository of its own, with the hooks of this folder and those of the test. */
async function setUp(turns: readonly ScriptedTurn[], hooks: Partial<Record<string, HookMatcher>> = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pawl-agent-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "repository");
  mkdirSync(folder);
  writeFileSync(join(folder, "deploy"), '#!/bin/sh\necho "deploy got: $*"\n', { mode: 0o755 });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "First");

  const loaded = loadHooks({
    projectDir: import.meta.dirname,
    trustAll: true,
    env: { ...process.env, HOME: root, XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined },
  });
  onTestFinished(() => loaded.close());
  const { registry } = loaded;
  for (const event of lifecycleEvents) if (hooks[event]) registry.register(event, [hooks[event]]);

  const script = await startScriptedModel(turns);
  onTestFinished(() => script.close());
  const model = createOpenAICompatible({ name: "scripted", baseURL: script.url })("scripted");

  const verdicts: Verdict[] = [];
  const asked: ToolRequest[] = [];
  const session: HookSession = {
    sessionId: "s1",
    cwd: folder,
    onVerdict: (verdict) => verdicts.push(verdict),
    ask: async (request) => {
      asked.push(request);
      await events.notify(`May I? ${request.reason}`, "permission_prompt");
      return true;
    },
  };
  const events = new SessionEvents(registry, session);
  const tools = createTools({ model, registry, session, folder });
  const run = (prompt: string, options = {}) => runAgent(prompt, { model, registry, session, tools, ...options });
  const results = () => script.requests.at(-1)!.messages.filter((message) => message.role === "tool");
  return { folder, run, events, verdicts, asked, results, script };
}

test("every lifecycle event is dispatched by the agent and seen by a hook", async () => {
  const seen: string[] = [];
  const observer: HookMatcher = { name: "observer", hooks: [(input) => void seen.push(input.hook_event_name)] };
  const agent = await setUp(
    [
      bash("echo one"),
      bash("exit 3"),
      bash("git push origin main || true"),
      { calls: [{ tool: "Agent", input: { prompt: "look around", subagent_type: "Explore" } }] },
      bash("echo from the subagent"),
      says("looked around"),
      { calls: [{ tool: "Worktree", input: { name: "feature", command: "ls" } }] },
      { calls: [{ tool: "CompleteTask", input: { id: "1", subject: "all of it" } }] },
      says("finished"),
    ],
    Object.fromEntries(lifecycleEvents.map((event) => [event, observer])),
  );
  await agent.events.setup();
  await agent.events.sessionStart("startup");
  await agent.events.configChange("hooks", "hooks/guard-rm/HOOK.md");
  const result = await agent.run("do everything", { maxMessages: 8 });
  await agent.events.sessionEnd("other");
  expect(result).toEqual({ text: "finished", stopped: "finished" });
  expect([...new Set(seen)].sort()).toEqual([...lifecycleEvents].sort());
  expect(agent.results().map((message) => message.content)).toEqual(expect.arrayContaining(["done"]));
});

test("a tool call is denied by a hook, and the model is told why", async () => {
  const agent = await setUp([bash("touch here; rm -rf ."), says("all right")]);
  expect(await agent.run("tidy up")).toMatchObject({ text: "all right" });
  expect(JSON.stringify(agent.results())).toContain("rm -rf is not allowed here");
  expect(existsSync(join(agent.folder, "here"))).toBe(false);
  expect(existsSync(join(agent.folder, "deploy"))).toBe(true);
});

test("a tool call is rewritten by a hook before it runs", async () => {
  const agent = await setUp([bash("./deploy production"), says("deployed")]);
  await agent.run("deploy it");
  expect(agent.results()).toMatchObject([{ content: "deploy got: --dry-run production\n" }]);
});

test("a tool call is asked about because of a hook, and runs when the person agrees", async () => {
  const agent = await setUp([bash("git push origin main || echo no remote"), says("pushed")]);
  await agent.run("push it");
  expect(agent.asked).toMatchObject([{ toolName: "Bash", reason: expect.stringContaining("sends commits to others") }]);
  expect(agent.results()).toMatchObject([{ content: "no remote\n" }]);
  expect(agent.verdicts.map((verdict) => verdict.event)).toEqual(
    expect.arrayContaining(["PermissionRequest", "Notification"]),
  );
});

test("a prompt is stopped, an agent kept going, and a task sent back by hooks", async () => {
  let isMore = true;
  const agent = await setUp(
    [
      says("that was it"),
      { calls: [{ tool: "CompleteTask", input: { id: "1", subject: "half of it" } }] },
      says("now it is"),
    ],
    {
      UserPromptSubmit: {
        hooks: [(input) => ("prompt" in input && input.prompt === "secret" ? { decision: "block", reason: "no" } : {})],
      },
      Stop: {
        hooks: [
          () => {
            if (!isMore) return {};
            isMore = false;
            return { decision: "block", reason: "write the tests too" };
          },
        ],
      },
      TaskCompleted: { hooks: [() => ({ decision: "block", reason: "the tests are missing" })] },
    },
  );
  expect(await agent.run("secret")).toEqual({ text: "no", stopped: "blocked" });
  expect(await agent.run("work")).toEqual({ text: "now it is", stopped: "finished" });
  const said = JSON.stringify(agent.script.requests.at(-1)!.messages);
  expect(said).toContain("write the tests too");
  expect(said).toContain("the tests are missing");
});
