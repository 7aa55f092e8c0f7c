import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf, pawl, pawlJson, post, startServe, temporaryProject, until } from "./pawl.ts";

const asked = JSON.stringify({
  hookSpecificOutput: {
    hookEventName: "PreToolUse",
    permissionDecision: "ask",
    permissionDecisionReason: "Really append it?",
    updatedInput: { path: "done.txt", content: "as the hook wrote it\n" },
  },
});
const flow = {
  "flows/careful.yaml":
    'name: careful\nsteps:\n  - { id: before, uses: file.append, with: { path: before.txt, content: "x" } }\n' +
    '  - { id: act, uses: file.append, with: { path: done.txt, content: "as the flow wrote it" } }\n' +
    "  - { id: after, uses: data.set, with: { n: 1 } }\n",
};
/** Asks about one step, and is silent about all others. */
const script = `input=$(cat); case "$input" in *done.txt*) echo asked >> "$PAWL_PROJECT_DIR/asked.txt"; printf '%s' '${asked}';; esac\n`;
const fromFile = {
  ...flow,
  "hooks/ask-first/HOOK.md":
    '+++\nname = "ask-first"\nevent = "PreToolUse"\nmatcher = "file\\\\.append"\ncommand = "sh ask.sh"\n+++\n\nAsks.\n',
  "hooks/ask-first/ask.sh": script,
};

async function waiting(cwd: string) {
  const serve = await startServe({ cwd });
  const { run } = (await (await post(`${serve.url}/api/v1/flows/careful/runs`, {})).json()) as { run: { id: string } };
  const { approvals } = await until("the run waits", async () => {
    const open = await pawlJson(["approvals"], { cwd });
    return open.approvals.length > 0 ? open : undefined;
  });
  return { serve, id: run.id, approvals };
}

const ended = (cwd: string, id: string) =>
  until("the run has ended", async () => {
    const shown = await pawlJson(["show", id], { cwd });
    return ["completed", "failed"].includes(shown.run.status) ? shown : undefined;
  });

describe("a hook of agents that asks about a step", () => {
  test("makes the run wait for a person over kill -9, and the step then runs once, with the inputs that were approved", async () => {
    const cwd = temporaryProject(fromFile);
    expect((await pawl(["hooks", "trust"], { cwd })).code).toBe(0);
    const { serve, id, approvals } = await waiting(cwd);
    expect(approvals).toMatchObject([{ run: id, flow: "careful", step: "act", message: "Really append it?" }]);
    await serve.kill("SIGKILL");
    const second = await startServe({ cwd });
    expect((await pawlJson(["approvals"], { cwd })).approvals).toHaveLength(1);
    await second.kill("SIGKILL");
    expect((await pawl(["approve", id, "--as", "ana"], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, "done.txt"))).toBe(false);
    await startServe({ cwd });
    expect((await ended(cwd, id)).run.status).toBe("completed");
    expect(readFileSync(join(cwd, "done.txt"), "utf8")).toBe("as the hook wrote it\n");
    expect(readFileSync(join(cwd, "before.txt"), "utf8")).toBe("x");
    const log = await pawl(["logs", id], { cwd });
    expect(log.stdout).toMatch(/act .*PreToolUse ask-first: ask, rewrote the inputs in /);
    expect(log.stdout).toMatch(/act .*run answered/);
  });

  test("stops the step when a person rejects it, with the reason in the run", async () => {
    const cwd = temporaryProject(fromFile);
    expect((await pawl(["hooks", "trust"], { cwd })).code).toBe(0);
    const { id } = await waiting(cwd);
    expect((await pawl(["reject", id, "--as", "ana", "--comment", "not today"], { cwd })).code).toBe(0);
    const { run, steps } = await ended(cwd, id);
    expect(run.status).toBe("failed");
    const error = { code: "rejected", message: "Rejected by ana: not today" };
    expect(steps.find((step: { id: string }) => step.id === "act").error).toEqual(error);
    expect(existsSync(join(cwd, "done.txt"))).toBe(false);
    expect(linesOf(join(cwd, "asked.txt"))).toEqual(["asked"]);
  });

  test("may stand in the settings of Claude Code, where the configuration names them", async () => {
    const matcher = { matcher: "file\\.append", hooks: [{ type: "command", command: script }] };
    const cwd = temporaryProject({
      ...flow,
      ".claude/settings.json": JSON.stringify({ hooks: { PreToolUse: [matcher] } }),
      "pawl.config.ts": "export default { hooks: { claude: true } };\n",
    });
    const untrusted = await pawlJson(["run", "careful"], { cwd });
    expect(untrusted.run.status, "nobody has trusted them").toBe("completed");
    rmSync(join(cwd, "done.txt"));
    expect((await pawl(["hooks", "trust", "--claude"], { cwd })).code).toBe(0);
    const { run } = await pawlJson(["run", "careful"], { cwd });
    expect(run.status).toBe("waiting");
    expect((await pawl(["approve", run.id, "--as", "ana"], { cwd })).code).toBe(0);
    expect((await pawlJson(["resume", run.id], { cwd })).run.status).toBe("completed");
    expect(readFileSync(join(cwd, "done.txt"), "utf8")).toBe("as the hook wrote it\n");
  });
});
