import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CommandError, type CommandHookOptions, createCommandHook } from "../../src/command/index.ts";
import type { HookInput } from "../../src/events/input.ts";
import { guard, type Outcome } from "../../src/guard/index.ts";
import type { HookOutput } from "../../src/output/output.ts";
import { ProcessError } from "../../src/process/index.ts";
import { HookRegistry } from "../../src/registry/registry.ts";
import { inputOf } from "../inputs.ts";
import { numberIn, runningInGroup, temporaryFolder } from "../process/processes.ts";
import { toolInput } from "./inputs.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "commands");
const idle = new AbortController().signal;

async function answer(options: CommandHookOptions, input: HookInput = toolInput()): Promise<HookOutput> {
  return (await createCommandHook(options).run(input, undefined, idle)) as HookOutput;
}

async function codeOf(options: CommandHookOptions, input: HookInput = toolInput()): Promise<string> {
  const error = await answer(options, input).then(
    (output) => expect.fail(`answered ${JSON.stringify(output)}`),
    (reason: unknown) => reason,
  );
  expect(error instanceof CommandError || error instanceof ProcessError).toBe(true);
  return (error as CommandError).code;
}

/** Calls it as a host does. */
async function guarded(options: CommandHookOptions, timeoutMs: number): Promise<Outcome<unknown>> {
  const hook = createCommandHook(options);
  const { settleMs } = hook;
  return guard(({ signal }) => hook.run(toolInput(), undefined, signal), { timeoutMs, settleMs });
}

describe("a hook program", () => {
  test("in Python is given the input as JSON and denies", async () => {
    const options = { command: "python3 deny-rm.py", cwd: fixtures };
    expect(await answer(options, toolInput("rm -rf /"))).toMatchObject({
      hookSpecificOutput: { permissionDecision: "deny", permissionDecisionReason: "no rm -rf" },
    });
    expect(await answer(options, toolInput("ls"))).toEqual({});
  });

  test("in JavaScript, without a shell, rewrites", async () => {
    const output = await answer({ command: [process.execPath, "rewrite.mjs"], cwd: fixtures }, toolInput("rm x"));
    expect(output).toMatchObject({ hookSpecificOutput: { updatedInput: { command: "echo rm x" } } });
  });

  test("in shell blocks by exit code 2", async () => {
    expect(await answer({ command: "./block.sh", cwd: fixtures })).toEqual({ decision: "block", reason: "not today" });
  });

  test("is given one line of JSON that ends with a newline, and then the end of its input", async () => {
    const script = 'IFS= read -r line && [ "$(cat)" = "" ] && printf %s "$line" > "$OUT"';
    const out = join(temporaryFolder(), "input");
    await answer({ command: script, variables: { OUT: out } }, toolInput("ä\n€"));
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(toolInput("ä\n€"));
  });

  test("runs in the session's directory, or in the hook's own", async () => {
    const cwd = temporaryFolder();
    const print = 'printf \'{"reason":"%s"}\' "$PWD"';
    expect(await answer({ command: print })).toEqual({ reason: process.cwd() });
    expect(await answer({ command: print, cwd })).toEqual({ reason: cwd });
  });

  test("may echo its input: unknown keys are harmless", async () => {
    const registry = new HookRegistry();
    const hook = createCommandHook({ command: ["cat"] });
    registry.register("PreToolUse", [{ name: "echo", hooks: [hook.run] }]);
    const verdict = await registry.run("PreToolUse", toolInput() as HookInput & { hook_event_name: "PreToolUse" });
    expect(verdict).toMatchObject({ decision: "none", hooks: [{ name: "echo", status: "ok" }] });
  });
});

describe("the environment of a hook program", () => {
  const print = (name: string): string => `printf '{"reason":"%s"}' "\${${name}-unset}"`;

  test.each([
    ["PAWL_EVENT", "PreToolUse"],
    ["PAWL_SESSION_ID", "s-1"],
    ["PAWL_PROJECT_DIR", "/project"],
    ["OWN", "1"],
    ["CLAUDE_PROJECT_DIR", "unset"],
    ["TRACEPARENT", "unset"],
    ["PATH", process.env.PATH],
  ])("has %s", async (name, value) => {
    expect(await answer({ command: print(name), projectDir: "/project", variables: { OWN: "1" } })).toEqual({
      reason: value,
    });
  });

  test("lacks what is kept from it", async () => {
    const inherited = { PATH: process.env.PATH, SECRET: "x", AWS_KEY: "y", AWS_ID: "z", KEPT: "k" };
    const command = 'printf \'{"reason":"%s"}\' "$SECRET-$AWS_KEY-$AWS_ID-$KEPT"';
    expect(await answer({ command, inherited, without: ["SECRET", "AWS_*"] })).toEqual({ reason: "---k" });
  });

  test("has Claude's variables for its settings files, and the file for exports where the protocol has it", async () => {
    const claude = { pluginRoot: "/plugin", envFile: "/env-file" };
    const options = { projectDir: "/project", claude };
    expect(await answer({ command: print("CLAUDE_PROJECT_DIR"), ...options })).toEqual({ reason: "/project" });
    expect(await answer({ command: print("CLAUDE_PLUGIN_ROOT"), ...options })).toEqual({ reason: "/plugin" });
    expect(await answer({ command: print("CLAUDE_ENV_FILE"), ...options })).toEqual({ reason: "unset" });
    const start = inputOf("SessionStart", { cwd: process.cwd() });
    expect(await answer({ command: print("CLAUDE_ENV_FILE"), ...options }, start)).toEqual({ reason: "/env-file" });
  });

  test("is filled into the words of a command without a shell, and only safely into a shell's", async () => {
    const text = '{"reason":"${CLAUDE_PROJECT_DIR}"}';
    const claude = {};
    const odd = "/pro'ject $(x)";
    expect(await answer({ command: ["printf", "%s", text], claude, projectDir: odd })).toEqual({ reason: odd });
    expect(await answer({ command: `printf %s '${text}'`, claude, projectDir: "/project" })).toEqual({
      reason: "/project",
    });
    const left = await answer({ command: `printf %s '${text}'`, claude, projectDir: odd });
    expect(left).toEqual({ reason: "${CLAUDE_PROJECT_DIR}" });
  });
});

describe("a hook program that misbehaves", () => {
  test("by flooding standard output is ended and has failed", async () => {
    expect(await codeOf({ command: "exec yes" })).toBe("output-too-large");
  });

  test("by never reading its input is no failure, however large the input", async () => {
    const input = toolInput("x".repeat(2_000_000));
    expect(await answer({ command: "true" }, input)).toEqual({});
    expect(await answer({ command: 'echo \'{"reason":"ok"}\'' }, input)).toEqual({ reason: "ok" });
  });

  test("by leaving children behind has them ended, and its answer stands", async () => {
    const output = await answer({ command: 'sleep 600 & printf \'{"reason":"%s"}\' $$' });
    const group = Number((output as { reason: string }).reason);
    expect(group).toBeGreaterThan(1);
    expect(runningInGroup(group)).toEqual([]);
  });

  test("by printing half a JSON has failed", async () => {
    expect(await codeOf({ command: 'printf \'{"decision": "bl\'' })).toBe("invalid-json");
  });

  test("by exiting 2 with nothing blocks all the same", async () => {
    expect(await answer({ command: "exit 2" })).toMatchObject({ decision: "block" });
  });

  test("by crashing has failed", async () => {
    expect(await codeOf({ command: "kill -SEGV $$" })).toBe("killed");
    expect(await codeOf({ command: "exit 1" })).toBe("exit-code");
  });

  test.each([
    ["python3 missing.py"],
    ["sh missing.sh"],
    ["bash ./missing.sh --flag"],
    ["node missing.js"],
    ["./missing.sh"],
    ["no-such-command --flag"],
    ["/usr/bin/env python3 missing.py"],
  ])("by not being there is told apart from a block: %s", async (command) => {
    expect(await codeOf({ command, cwd: fixtures })).toBe("script-not-found");
  });

  test("by not being there without a shell", async () => {
    expect(await codeOf({ command: ["python3", "missing.py"], cwd: fixtures })).toBe("script-not-found");
    expect(await codeOf({ command: ["./missing.sh"], cwd: fixtures })).toBe("program-not-found");
    expect(await codeOf({ command: ["true"], cwd: join(fixtures, "nowhere") })).toBe("working-directory-not-found");
  });

  test.each([
    ["echo 'cannot open the gate: rules.txt is missing' >&2; exit 2 # rules.txt"],
    ["python3 -c 'import sys; sys.exit(\"x\" and 2)' missing.cfg"],
    ["./block.sh missing.cfg"],
    ["cat missing.txt 2>/dev/null; echo 'cat: missing.txt: no such file' >&2; exit 2"],
  ])("in the words of its block is still a block: %s", async (command) => {
    expect(await answer({ command, cwd: fixtures })).toMatchObject({ decision: "block" });
  });
});

describe("a hook program that takes too long", () => {
  test("leaves no process behind, fifty times in a row", async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 50; i++) {
      const file = join(folder, String(i));
      const stubborn = i % 5 === 0 ? "trap '' TERM; " : "";
      const command = `${stubborn}sleep 600 & echo $$ > ${file}; sleep 600; sleep 600`;
      expect(await guarded({ command, graceMs: 20 }, 60)).toMatchObject({ status: "timeout" });
      // On a busy machine the time may be up before the program has said who it is: that try does not count.
      const said = existsSync(file) ? readFileSync(file, "utf8") : "";
      if (said.endsWith("\n")) expect(runningInGroup(Number(said))).toEqual([]);
      else i--;
    }
  });

  test("is ended by its caller too", async () => {
    const file = join(temporaryFolder(), "pid");
    const abort = new AbortController();
    const hook = createCommandHook({ command: `echo $$ > ${file}; sleep 600`, graceMs: 100 });
    const outcome = guard(({ signal }) => hook.run(toolInput(), undefined, signal), {
      signal: abort.signal,
      settleMs: hook.settleMs,
    });
    const group = await numberIn(file);
    abort.abort();
    expect(await outcome).toMatchObject({ status: "cancelled" });
    expect(runningInGroup(group)).toEqual([]);
  });
});

describe("a hook program that answers later", () => {
  const later = 'echo \'{"async": true, "asyncTimeout": 9000}\'; sleep 0.2; echo \'{"systemMessage": "late"}\'';

  test("lets its host go on, and its answer comes with the end of the program", async () => {
    const output = await answer({ command: later });
    expect(output).toMatchObject({ async: true, asyncTimeout: 9000 });
    expect(await (output as { result: Promise<unknown> }).result).toEqual({ systemMessage: "late" });
  });

  test("is not ended by the guard that is over, but when its own time is up", async () => {
    const abort = new AbortController();
    const hook = createCommandHook({ command: 'echo \'{"async":true,"async_timeout":100}\'; exec sleep 600' });
    const output = (await hook.run(toolInput(), undefined, abort.signal)) as { result: Promise<unknown> };
    abort.abort();
    await expect(output.result).rejects.toMatchObject({ code: "aborted" });
  });

  test("is ended when the hook is closed", async () => {
    const hook = createCommandHook({ command: "echo '{\"async\":true}'; exec sleep 600" });
    onTestFinished(() => hook.close());
    const output = (await hook.run(toolInput(), undefined, idle)) as { result: Promise<unknown> };
    const result = expect(output.result).rejects.toMatchObject({ code: "aborted" });
    await hook.close();
    await result;
  });

  test("speaks on its first line only", async () => {
    expect(
      await answer({ command: "echo hello; echo '{\"async\":true}'; sleep 0.1; exit 1" }).catch((e) => e.code),
    ).toBe("exit-code");
  });
});
