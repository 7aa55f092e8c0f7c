import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NodeContext } from "../../src/index.ts";
import { shellRun } from "../../src/nodes/shell/shell-run.ts";
import { runFlow, steps, temporaryProject } from "../execution/flow-kit.ts";
import { runNode } from "./node-kit.ts";

describe("shell.run", () => {
  test("gives stdout and stderr apart, and the exit code, which does not fail the step", async () => {
    const command = "echo out; echo err >&2; exit 3";
    const { run, output } = await runNode("shell.run", { command, shell: true });
    expect(run.status).toBe("completed");
    expect(output).toEqual({ stdout: "out", stderr: "err", code: 3 });
  });

  test("with `check` fails by an exit code other than 0, with the last words of the program", async () => {
    const command = "echo part; echo 'relation users already exists' >&2; exit 1";
    const { code, message, output } = await runNode("shell.run", { command, shell: true, check: true });
    expect(code).toBe("exit-code");
    expect(message).toContain("exit code 1");
    expect(message).toContain("relation users already exists");
    expect(output).toMatchObject({ stdout: "part", code: 1 });
  });

  test("with `check` is tried again by retry", async () => {
    const { run, steps: records } = await runFlow(
      steps(`
  - id: a
    uses: shell.run
    retry: { attempts: 3, initial_delay: 1ms }
    with: { shell: true, check: true, command: "echo x >> tries; test $(wc -l < tries) -ge 2" }
`),
    );
    expect(run.status).toBe("completed");
    expect(records[0]?.attempts).toHaveLength(2);
  });

  test("without a shell has no pipes, variables or patterns", async () => {
    const { output } = await runNode("shell.run", { command: "echo '$HOME' \"*\" a\\ b" });
    expect(output).toMatchObject({ stdout: "$HOME * a b" });
  });

  test("names a program that is not there", async () => {
    expect((await runNode("shell.run", { command: "no-such-program-here" })).code).toBe("program-not-found");
  });

  test("takes stdin and env", async () => {
    const input = { command: 'cat; echo "$A"', shell: true, stdin: "in\n", env: { A: 1 } };
    expect((await runNode("shell.run", input)).output).toMatchObject({ stdout: "in\n1" });
    expect((await runNode("shell.run", { command: "cat", stdin: { a: 1 } })).output).toMatchObject({
      stdout: '{"a":1}',
    });
  });

  test("gives a program that a signal ended 128 and its number", async () => {
    expect((await runNode("shell.run", { command: "kill -TERM $$", shell: true })).output).toMatchObject({ code: 143 });
  });

  test("keeps a limited part of the output and says so", async () => {
    const input = { command: "yes | head -c 5000", shell: true, max_output_bytes: 100 };
    const { output } = await runNode("shell.run", input);
    expect(output).toMatchObject({ code: 0, truncated: true });
    expect((output as { stdout: string }).stdout.length).toBeLessThanOrEqual(100);
  });

  test("streams both outputs into the log of the run as they come", async () => {
    const { run, engine } = await runNode("shell.run", { command: "echo out; echo err >&2", shell: true });
    const events = await engine.store.events.read({ runId: run.id, types: ["stdout", "stderr"] });
    expect(events.map(({ type, recordId, data }) => [type, recordId, data]).sort()).toEqual([
      ["stderr", "a", "err\n"],
      ["stdout", "a", "out\n"],
    ]);
  });
});

describe("a command that validation would have refused", () => {
  test.each([
    [{ command: "echo 'open" }, "command-syntax"],
    [{ command: "sh -c ${{ vars.p }}" }, "unsafe-shell"],
    [{ command: "echo `${{ vars.p }}`", shell: true }, "unsafe-shell"],
    [{ command: "eval ${{ vars.p }}", shell: true }, "unsafe-shell"],
  ])("is not run all the same: %j", async (given, code) => {
    const checked = await shellRun.input["~standard"].validate(given);
    if (checked.issues) throw new Error("The inputs do not fit.");
    const context = { runChild: () => expect.fail("It was run.") } as unknown as NodeContext;
    await expect(shellRun.run(checked.value, context)).rejects.toMatchObject({ code });
  });
});

describe("a hostile value", () => {
  const payload = `$(touch x1); "; touch x2; ' \`touch x3\` | touch x4 & \n touch x5 #`;
  const places: [string, boolean, string][] = [
    ["bare", true, "printf %s ${{ vars.p }}"],
    ["double quotes", true, 'printf %s "${{ vars.p }}"'],
    ["single quotes", true, "printf %s '${{ vars.p }}'"],
    ["command substitution", true, 'printf %s "$(printf %s "${{ vars.p }}")"'],
    ["assignment", true, 'A=${{ vars.p }}; printf %s "$A"'],
    ["here-document", true, "cat <<END\n${{ vars.p }}\nEND"],
    ["without a shell", false, "printf %s ${{ vars.p }}"],
    ["without a shell, in quotes", false, "printf %s '${{ vars.p }}'"],
  ];

  test.each(places)("is only printed: %s", async (_title, shell, command) => {
    const projectDir = temporaryProject();
    const { output } = await runNode("shell.run", { command, shell }, { projectDir, start: { vars: { p: payload } } });
    expect(output).toMatchObject({ stdout: payload, code: 0 });
    for (const name of ["x1", "x2", "x3", "x4", "x5"]) expect(existsSync(join(projectDir, name))).toBe(false);
  });

  test("is shown to hooks as the command it makes", async () => {
    const seen: unknown[] = [];
    const hooks = [{ beforeExecute: (_c: unknown, _s: unknown, inputs: unknown) => void seen.push(inputs) }];
    await runNode(
      "shell.run",
      { command: "echo ${{ vars.p }}", shell: true },
      { hooks, start: { vars: { p: "a b" } } },
    );
    expect(seen).toEqual([{ command: "echo a b", shell: true }]);
  });

  test("that is too large for a command line fails the step, and names the alternative", async () => {
    const start = { vars: { p: "x".repeat(150_000) } };
    const { code, message } = await runNode("shell.run", { command: 'echo "${{ vars.p }}"', shell: true }, { start });
    expect(code).toBe("value-too-large");
    expect(message).toContain("stdin");
  });
});
