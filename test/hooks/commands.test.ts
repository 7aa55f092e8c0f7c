import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inputs } from "../../packages/hooks/test/inputs.ts";
import { createProject, hookFile, type TestProject } from "../../packages/hooks/test/project.ts";
import { type Ended, pawl, startPawl } from "../end-to-end/pawl.ts";

const guard = {
  "hooks/guard/HOOK.md": hookFile({ name: "guard", event: "PreToolUse", matcher: "Bash", command: "./guard.sh" }),
  "hooks/guard/guard.sh": '#!/bin/sh\ncase $(cat) in *"rm -rf"*) echo "no rm here" >&2; exit 2;; esac\n',
};

const harmless = JSON.stringify(inputs.PreToolUse);
const harmful = JSON.stringify({ ...inputs.PreToolUse, tool_input: { command: "rm -rf /" } });

function project(files: Readonly<Record<string, string>> = guard): TestProject {
  return createProject({ ".pawl/keep": "", ...files });
}

function hooks({ dir, env }: TestProject, line: string, input = ""): Promise<Ended> {
  return pawl(["hooks", ...line.split(" ")], { cwd: dir, env, input });
}

const json = (ran: Ended) => JSON.parse(ran.stdout);

describe("pawl hooks fire", () => {
  test("exits with 0 under --json whatever the verdict, and with 1 without it when the event is blocked", async () => {
    const here = project();
    const ran = await hooks(here, "fire PreToolUse --json --trust-all", harmful);
    expect([ran.code, json(ran)]).toMatchObject([0, { blocked: true, decision: "deny", reason: "no rm here" }]);
    const plain = await hooks(here, "fire PreToolUse --trust-all", harmful);
    expect([plain.code, plain.stdout]).toMatchObject([1, expect.stringContaining("no rm here")]);
    expect(await hooks(here, "fire PreToolUse --trust-all", harmless)).toMatchObject({ code: 0 });
  });

  test("speaks Claude Code's protocol under --format claude", async () => {
    const here = project();
    const blocked = await hooks(here, "fire --format claude --trust-all", harmful);
    expect(blocked).toMatchObject({ code: 2, stderr: "no rm here\n" });
    expect(json(blocked)).toEqual({
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: "no rm here",
      },
    });
    expect(await hooks(here, "fire --format claude --trust-all", harmless)).toEqual({
      code: 0,
      signal: null,
      stdout: "",
      stderr: "",
    });
  });

  test("takes its input from a file, and hooks from settings and further folders", async () => {
    const settings = { PreToolUse: [{ hooks: [{ type: "command", command: 'echo \'{"systemMessage":"claude"}\'' }] }] };
    const here = project({
      "in.json": harmless,
      "settings.json": JSON.stringify({ hooks: settings }),
      "more/x/HOOK.md": hookFile({ name: "x", event: "PreToolUse", command: 'echo \'{"systemMessage":"given"}\'' }),
    });
    const line = "fire PreToolUse --input in.json --settings settings.json --hooks-dir more --trust-all --json";
    expect(json(await hooks(here, line))).toMatchObject({ systemMessages: ["given", "claude"] });
  });

  test("does not run a project's hooks that nobody trusts, and says so", async () => {
    expect(json(await hooks(project(), "fire PreToolUse --json", harmful))).toMatchObject({
      blocked: false,
      hooks: [{ status: "skipped", reason: "untrusted" }],
    });
  });

  test.each([
    ["fire PreToolUse --json", "{", 2, "JSON"],
    ["fire PreToolUse --json", "[]", 2, "object"],
    ["fire PreToolUse --json", "{}", 2, "tool_name"],
    ["fire PreToolUs --json", "{}", 2, "PreToolUse"],
    ["fire --json", "{}", 2, "Which event"],
    ["fire Stop --json --input missing.json", "", 4, "missing.json"],
    ["fire Stop --format cursor", "{}", 2, "claude"],
    ["fire Stop --jsn", "{}", 2, "--json"],
  ])("answers a mistake with a sentence: %s < %s", async (line, input, code, word) => {
    const ran = await hooks(project(), line, input);
    expect(ran).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(word) });
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  test("lets a hook in the background come to its end, and ends it at Ctrl-C", async () => {
    const here = project({
      "hooks/a/HOOK.md": hookFile({
        name: "a",
        event: "Stop",
        background: true,
        command: "sleep 0.3; touch ../../done",
      }),
      "hooks/b/HOOK.md": hookFile({ name: "b", event: "SessionEnd", background: true, command: "sleep 60" }),
    });
    expect(await hooks(here, "fire Stop --trust-all", "{}")).toMatchObject({ code: 0 });
    expect(existsSync(join(here.dir, "done"))).toBe(true);
    const args = ["hooks", "fire", "SessionEnd", "--trust-all"];
    const { child, ended } = startPawl(args, { cwd: here.dir, env: here.env, input: '{"reason":"other"}' });
    child.stdout!.once("data", () => child.kill("SIGINT"));
    expect(await ended).toMatchObject({ code: 130 });
  });

  test("answers settings that are not there, or are another agent's, in the verdict", async () => {
    const here = project({ "cursor.json": '{"version":1,"hooks":{"afterFileEdit":[]}}' });
    const ran = await hooks(here, "fire Stop --json --settings cursor.json --settings missing.json", "{}");
    const codes = json(ran).diagnostics.map((one: { code: string }) => one.code);
    expect(codes).toEqual(expect.arrayContaining(["foreign-format", "file-unreadable"]));
  });
});

describe("pawl hooks trust", () => {
  test("lets hooks run as they are now, and not as they become", async () => {
    const here = project();
    expect(await hooks(here, "trust")).toMatchObject({ code: 0, stdout: expect.stringContaining("guard.sh") });
    expect(json(await hooks(here, "fire PreToolUse --json", harmful))).toMatchObject({ blocked: true });
    here.write({ "hooks/guard/guard.sh": "#!/bin/sh\n" });
    const listed = json(await hooks(here, "list --json"));
    expect(listed.hooks).toMatchObject([{ status: "untrusted", detail: expect.stringContaining("guard.sh changed") }]);
  });

  test("names the nearest hook when there is none of that name", async () => {
    expect(await hooks(project(), "trust gard")).toMatchObject({ code: 4, stderr: expect.stringContaining('"guard"') });
  });
});

describe("pawl hooks list, check and explain", () => {
  test("name the reason for every hook that does not run", async () => {
    const here = project({
      ...guard,
      "hooks/a/HOOK.md": hookFile({ name: "off", event: "PreToolUse", command: "true", enabled: false }),
      "hooks/b/HOOK.md":
        "+++\nname = 'needs'\nevent = 'PreToolUse'\ncommand = 'true'\n[requires]\nbins = ['no-such-one']\n+++",
      "hooks/c/HOOK.md": "nothing",
      "hooks/d/HOOK.md": hookFile({ name: "other", event: "PreToolUse", matcher: "Write", command: "true" }),
    });
    await hooks(here, "trust off needs other");
    const listed = json(await hooks(here, "list --json")).hooks;
    expect(listed.map((hook: { name: string; status: string }) => [hook.name, hook.status])).toEqual([
      ["off", "disabled"],
      ["needs", "ineligible"],
      ["c", "broken"],
      ["other", "active"],
      ["guard", "untrusted"],
    ]);
    const explained = json(await hooks(here, "explain PreToolUse --tool Bash --json")).hooks;
    expect(explained).toMatchObject([
      { name: "off", wouldRun: false, reason: "disabled", detail: expect.any(String) },
      { name: "needs", wouldRun: false, reason: "ineligible", detail: "no-such-one is not on PATH" },
      { name: "c", wouldRun: false, reason: "broken", detail: expect.any(String) },
      { name: "other", wouldRun: false, reason: "no-match", detail: expect.stringContaining("Write") },
      { name: "guard", wouldRun: false, reason: "untrusted", detail: expect.any(String) },
    ]);
    const text = await hooks(here, "explain PreToolUse --tool Bash");
    expect(text.stdout).toContain("needs  does not  ineligible: no-such-one is not on PATH");
  });

  test("check exits with 3 on errors, each with its place, and with 0 on none", async () => {
    const here = project();
    expect(await hooks(here, "check")).toMatchObject({ code: 0, stdout: "1 hook, no mistakes\n" });
    here.write({
      "hooks/bad/HOOK.md": hookFile({ name: "bad", event: "Stop", command: "true", matchr: "x", if: "(" }),
    });
    const ran = await hooks(here, "check --json");
    expect(ran.code).toBe(3);
    expect(json(ran).diagnostics).toMatchObject([
      { code: "unknown-key", line: 5, column: 1 },
      { code: "invalid-rule", line: 6, column: 1 },
      { code: "rule-ignored", line: 6, column: 1 },
    ]);
    expect((await hooks(here, "check")).stdout).toContain("hooks/bad/HOOK.md\n  5:1");
  });

  test("explain reads an input when there is one, and waits for none", async () => {
    const here = project({
      "hooks/a/HOOK.md": hookFile({ name: "a", event: "PreToolUse", if: "Bash(git *)", command: "true" }),
    });
    await hooks(here, "trust");
    const input = JSON.stringify({ tool_name: "Bash", tool_input: { command: "git push" } });
    expect(json(await hooks(here, "explain PreToolUse --json", input)).hooks).toMatchObject([{ wouldRun: true }]);
    expect(json(await hooks(here, "explain PreToolUse --tool Bash --json")).hooks).toMatchObject([{ wouldRun: false }]);
  });
});

describe("pawl hooks enable and disable", () => {
  test("turn a hook off for this user and on again, and leave the project's files alone", async () => {
    const here = project();
    const before = statSync(join(here.dir, "hooks/guard/HOOK.md")).mtimeMs;
    expect(await hooks(here, "disable guard")).toMatchObject({ code: 0 });
    expect(json(await hooks(here, "list --json --trust-all")).hooks).toMatchObject([{ status: "disabled" }]);
    expect(await hooks(here, "enable guard")).toMatchObject({ code: 0 });
    expect(json(await hooks(here, "list --json --trust-all")).hooks).toMatchObject([{ status: "active" }]);
    expect(statSync(join(here.dir, "hooks/guard/HOOK.md")).mtimeMs).toBe(before);
    expect(await hooks(here, "disable nobody")).toMatchObject({ code: 4 });
  });
});

describe("pawl hooks new", () => {
  test.each(["sh", "python", "node", "typescript"])("writes a hook in %s that runs", async (language) => {
    const here = project({});
    expect(await hooks(here, `new mine --event PreToolUse --matcher Bash --language ${language}`)).toMatchObject({
      code: 0,
    });
    expect(await hooks(here, "check")).toMatchObject({ code: 0 });
    const ran = json(await hooks(here, "fire PreToolUse --json --trust-all", harmless));
    expect(ran).toMatchObject({ blocked: false, hooks: [{ name: "mine", status: "ok" }] });
  });

  test("overwrites nothing, and refuses names that lead elsewhere", async () => {
    const here = project();
    expect(await hooks(here, "new guard --event Stop")).toMatchObject({ code: 2 });
    expect(await hooks(here, "new ../x --event Stop")).toMatchObject({ code: 2 });
    expect(await hooks(here, "new x --event Stp")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"Stop"'),
    });
    expect(existsSync(join(here.dir, "x"))).toBe(false);
  });
});

describe("pawl hooks record, replay and stats", () => {
  test("keep what was fired, show what would come out differently today, and how long hooks took", async () => {
    const here = project();
    await hooks(here, "record PreToolUse --trust-all", harmful);
    await hooks(here, "record PreToolUse --trust-all", harmless);
    const file = join(here.dir, ".pawl/hooks.ndjson");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(2);
    expect(await hooks(here, "replay --trust-all")).toMatchObject({ code: 0, stdout: "2 events, 0 changed\n" });
    here.write({ "hooks/guard/guard.sh": "#!/bin/sh\ncat >/dev/null\n" });
    const replayed = await hooks(here, "replay --trust-all --json");
    expect([replayed.code, json(replayed)]).toMatchObject([
      1,
      { events: 2, changed: [{ changed: ["decision", "blocked", "reason"], now: { blocked: false } }] },
    ]);
    expect(json(await hooks(here, "stats --json"))).toMatchObject({
      events: 2,
      hooks: [{ name: "guard", calls: 2, failures: 0, p50Ms: expect.any(Number) }],
    });
  });

  test("say where there are no records, and leave out lines that are none", async () => {
    const here = project({ "old.ndjson": "{}\nnonsense\n" });
    expect(await hooks(here, "stats")).toMatchObject({ code: 4 });
    expect(await hooks(here, "replay old.ndjson")).toMatchObject({
      code: 0,
      stdout: "0 events, 0 changed\n",
      stderr: expect.stringContaining("old.ndjson:2"),
    });
  });
});

describe("pawl run", () => {
  test("lets hooks of the project meet the steps of a flow, once they are trusted", async () => {
    const here = project({
      "flows/hello.yaml": "name: hello\nsteps:\n  - id: say\n    uses: shell.run\n    with: { command: echo hello }\n",
      "hooks/no-shell/HOOK.md": hookFile({
        name: "no-shell",
        event: "PreToolUse",
        matcher: "shell\\.run",
        command: "echo 'no shells today' >&2; exit 2",
      }),
    });
    const run = () => pawl(["run", "hello"], { cwd: here.dir, env: here.env });
    expect(await run()).toMatchObject({ code: 0 });
    await hooks(here, "trust");
    const denied = await run();
    expect([denied.code, denied.stdout + denied.stderr]).toMatchObject([1, expect.stringContaining("no shells today")]);
  });
});
