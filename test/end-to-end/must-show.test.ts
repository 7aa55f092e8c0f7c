import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pawl, pawlJson, post, startServe, temporaryProject, until } from "./pawl.ts";

const intake = [
  "name: intake",
  "trigger: { uses: webhook.receive, with: { path: intake } }",
  "concurrency: { limit: 8 }",
  "steps:",
  "  - { id: think, uses: wait.for, with: { duration: 50ms } }",
  '  - { id: note, uses: file.append, with: { path: seen.txt, content: "${{ trigger.payload.number }};" } }',
  "",
].join("\n");

describe("one yield is one run", () => {
  test("500 posts while a slow flow runs are exactly 500 runs", { timeout: 180_000 }, async () => {
    const cwd = temporaryProject({ "flows/intake.yaml": intake });
    const { url } = await startServe({ cwd });
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    const ids = await Promise.all(
      numbers.map(async (number) => {
        const answer = await post(`${url}/webhooks/intake`, { number });
        expect(answer.status).toBe(202);
        return ((await answer.json()) as { run_id: string }).run_id;
      }),
    );
    expect(new Set(ids).size).toBe(500);
    const seen = join(cwd, "seen.txt");
    const written = () => (existsSync(seen) ? readFileSync(seen, "utf8").split(";").filter(Boolean).map(Number) : []);
    await until("every run has written", () => written().length >= 500, 120_000);
    await until("every run has completed", async () => {
      const { runs } = await pawlJson(["runs", "--status", "completed", "--limit", "1000"], { cwd });
      return runs.length === 500;
    });
    expect((await pawlJson(["runs", "--limit", "1000"], { cwd })).runs).toHaveLength(500);
    expect(written().sort((a, b) => a - b)).toEqual(numbers);
  });
});

const value = "${{ inputs.x }}";
const hostile = "$(touch x); \"; touch y; '`touch z` && touch y | touch x > y \\";

/** A flow with one shell step for each command. JSON strings are YAML. */
function shellFlow(name: string, commands: readonly string[], shell = true): string {
  const steps = commands.map((command, index) => {
    return `  - { id: p${index}, uses: shell.run, with: { shell: ${shell}, command: ${JSON.stringify(command)} } }\n`;
  });
  return `name: ${name}\ninputs: { x: { type: string } }\nsteps:\n${steps.join("")}`;
}

describe("a payload full of shell syntax", () => {
  test("is printed as it is in every quoting position, and creates nothing", async () => {
    const commands = [
      `printf '%s\\n' ${value}`,
      `printf '%s\\n' "${value}"`,
      `printf '%s\\n' '${value}'`,
      `printf '%s\\n' "$(printf %s "${value}")"`,
      `v=${value}; printf '%s\\n' "$v"`,
      `cat <<END\n${value}\nEND`,
      `printf %s "${value}" | cat`,
    ];
    const cwd = temporaryProject({
      "flows/print.yaml": shellFlow("print", commands),
      "flows/direct.yaml": shellFlow("direct", [`printf %s ${value}`, `printf %s "${value}"`], false),
    });
    const before = readdirSync(cwd);
    for (const flow of ["print", "direct"]) {
      const { run, steps } = await pawlJson(["run", flow, "--input", `x=${hostile}`], { cwd });
      expect(run.error).toBeUndefined();
      for (const step of steps) expect(step.output.stdout, `${flow} ${step.id}`).toBe(hostile);
    }
    expect(readdirSync(cwd).filter((name) => !before.includes(name))).toEqual([]);
  });

  test("is refused by validate where it cannot be safe", async () => {
    const unsafe = [
      `echo \`echo ${value}\``,
      `echo $(( ${value} + 1 ))`,
      `cat <<'END'\n${value}\nEND`,
      `${value} --version`,
      `sh -c "echo ${value}"`,
      `eval "echo ${value}"`,
      `ssh host "ls ${value}"`,
      `python3 -c "print(${value})"`,
    ];
    const files = unsafe.map((command, index) => [`flows/u${index}.yaml`, shellFlow(`u${index}`, [command])]);
    const cwd = temporaryProject(Object.fromEntries(files));
    expect((await pawl(["validate"], { cwd })).code).toBe(3);
    const { files: found } = await pawlJson(["validate"], { cwd });
    expect(found).toHaveLength(unsafe.length);
    found.forEach((file: { ok: boolean }, index: number) => {
      expect(file.ok, unsafe[index]).toBe(false);
    });
  });
});
