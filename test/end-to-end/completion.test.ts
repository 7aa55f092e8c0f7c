import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { onTerminal, pawl, pawlJson, program, temporaryProject } from "./pawl.ts";

const inShell = promisify(execFile);
const gates = [
  "name: gates",
  "steps:",
  "  - { id: first, uses: data.set }",
  "  - id: both",
  "    parallel:",
  "      - { id: web, approval: { message: Deploy the web? }, uses: data.set }",
  "      - { id: api, uses: human.input, with: { prompt: Which version? } }",
  "",
].join("\n");

/** A project with a run that asks two people, and a `pawl` on PATH. */
async function askingProject() {
  const cwd = temporaryProject({
    "flows/gates.yaml": gates,
    "flows/plain.yaml": "name: plain\nsteps: [{ id: a, uses: data.set }]\n",
  });
  mkdirSync(join(cwd, "bin"));
  writeFileSync(join(cwd, "bin", "pawl"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(cwd, "bin", "pawl"), 0o755);
  const { run: plain } = await pawlJson(["run", "plain"], { cwd });
  const { run } = await pawlJson(["run", "gates"], { cwd });
  const env = { PATH: `${join(cwd, "bin")}${delimiter}${process.env.PATH}` };
  return { cwd, env, run: run.id.slice(0, 13), plain: plain.id.slice(0, 13) };
}

function has(shell: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((dir) => existsSync(join(dir, shell)));
}

describe("completion", () => {
  test("offers the runs that ask, and of those the steps that do", async () => {
    const { cwd, run, plain } = await askingProject();
    const suggestions = async (...words: string[]) => {
      const { stdout } = await pawl(["complete", "--", ...words], { cwd });
      return stdout.split("\n").flatMap((line) => (line === "" || line.startsWith(":") ? [] : line.split("\t")[0]!));
    };
    expect(await suggestions("approve", "")).toEqual([run]);
    expect((await suggestions("show", "")).sort()).toEqual([plain, run].sort());
    expect(await suggestions("approve", run, "")).toEqual(expect.arrayContaining(["both.web", "both.api"]));
    expect(await suggestions("replay", plain, "--from", "")).toEqual(["a"]);
    expect(await suggestions("replay", run, "--from", "")).toContain("first");
  });

  test.runIf(has("bash"))("works in bash at a tab, and runs nothing that is typed", async () => {
    const { cwd, env, run } = await askingProject();
    const { stdout } = await onTerminal(
      ["bash", "--norc", "--noprofile", "-i"],
      [
        ["bash-", "PS1='rea''dy> '; . <(pawl completion bash)\r"],
        ["ready> ", `pawl approve ${run} both.w\t`],
        ["both.web", "\u0015pawl run $(touch made) pl\t"],
        ["pl", "\u0015exit\r"],
      ],
      { cwd, env: { ...env, BASH_SILENCE_DEPRECATION_WARNING: "1" } },
    );
    expect(stdout).toContain(`pawl approve ${run} both.web`);
    expect(existsSync(join(cwd, "made"))).toBe(false);
  });

  // zsh and fish take the script of the library; here they only have to accept it.
  test.runIf(has("zsh"))("is accepted by zsh", async () => {
    const { cwd, env } = await askingProject();
    const script = "autoload -U compinit; compinit -u -D; . <(pawl completion zsh); whence -w _pawl";
    const { stdout } = await inShell("zsh", ["-f", "-c", script], { cwd, env: { ...process.env, ...env } });
    expect(stdout).toContain("_pawl: function");
  });

  test.runIf(has("fish"))("is accepted by fish", async () => {
    const { cwd, env } = await askingProject();
    const script = "pawl completion fish | source; and complete -C 'pawl valid'";
    const { stdout } = await inShell("fish", ["--no-config", "-c", script], { cwd, env: { ...process.env, ...env } });
    expect(stdout).toContain("validate");
  });
});
