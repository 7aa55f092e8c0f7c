import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pawl, pawlJson, temporaryFolder, temporaryProject, twoAtATime } from "./pawl.ts";

const files = {
  "flows/deploy.yaml": `name: deploy
inputs:
  target: { type: string, required: true }
  times: { type: integer, default: 1 }
steps:
  - id: say
    uses: log.message
    with: { message: "to \${{ inputs.target }}" }
`,
  "flows/fails.yaml": `name: fails
steps:
  - id: no
    uses: shell.run
    with: { command: "false", check: true }
`,
  "flows/broken.yaml": `name: broken
steps:
  - id: build-it
    uses: slack.sendd
  - id: two
    uses: log.mesage
    next: compleet
    with: { message: "\${{ steps.biuld.output }}" }
    surprise: 1
`,
};

const stackTrace = /\n\s+at .+:\d+:\d+/;

describe("bad input", () => {
  test("has its exit code and a sentence, and never a stack trace", async () => {
    const cwd = temporaryProject(files);
    const cases: [exitCode: number, says: string, ...args: string[]][] = [
      [0, "", "run", "deploy", "--input", "target=prod"],
      [1, "exit code 1", "run", "fails"],
      [2, "next: --input target=…", "run", "deploy"],
      [2, "next: pawl run --help", "run", "deploy", "target=x"],
      [2, "next: pawl hooks explain --help", "hooks", "explain", "--tol", "Bash"],
      [2, "times", "run", "deploy", "--input", "target=x", "--input", "times=often"],
      [2, "targt", "run", "deploy", "--input", "targt=x"],
      [2, "name=value", "run", "deploy", "--input", "target"],
      [2, "Did you mean run", "rum", "deploy"],
      [2, "--inptu", "run", "deploy", "--inptu", "target=x"],
      [2, "flow", "run"],
      [2, "Did you mean", "runs", "--status", "complete"],
      [2, "--limit", "runs", "--limit", "many"],
      [2, "0 to 65535", "serve", "--port", "99999999"],
      [3, "unknown-node", "run", "broken"],
      [3, "hyphenated-id", "validate"],
      [4, 'Did you mean "deploy"', "run", "depoy"],
      [4, "nowhere.yaml", "run", "nowhere.yaml"],
      [0, 'nothing of the pod "ghost" of the network "town" yet', "logs", "--pod", "ghost", "--network", "town"],
      [4, "no run", "show", "01ZZZZ"],
      [4, "no run", "cancel", "01ZZZZ"],
      [4, "no run", "resume", "01ZZZZ"],
      [4, "no run", "logs", "nonsense/../.."],
      [4, "There is no folder", "--project", "/nowhere/at/all", "runs"],
      [4, "there is no file", "validate", "flows/nothing.yaml"],
    ];
    await twoAtATime(cases, async ([code, says, ...args]) => {
      const ended = await pawl(args, { cwd });
      const everything = ended.stdout + ended.stderr;
      expect(ended.code, `pawl ${args.join(" ")}\n${everything}`).toBe(code);
      expect(everything.toLowerCase(), `pawl ${args.join(" ")}`).toContain(says.toLowerCase());
      expect(everything).not.toMatch(stackTrace);
    });
  });

  test("a broken file has all of its mistakes listed at once, and disables no other flow", async () => {
    const cwd = temporaryProject(files);
    const [{ files: found }, ran] = await Promise.all([
      pawlJson(["validate"], { cwd }),
      pawl(["run", "deploy", "-i", "target=x"], { cwd }),
    ]);
    const broken = found.find((file: { file: string }) => file.file === "flows/broken.yaml");
    expect(broken.ok).toBe(false);
    const codes = broken.diagnostics.map((diagnostic: { code: string }) => diagnostic.code);
    expect(codes).toEqual(expect.arrayContaining(["hyphenated-id", "unknown-node", "unknown-step", "unknown-key"]));
    for (const diagnostic of broken.diagnostics) {
      expect(diagnostic).toMatchObject({
        severity: expect.stringMatching(/^(error|warning)$/),
        line: expect.any(Number),
        column: expect.any(Number),
      });
    }
    expect(found.find((file: { file: string }) => file.file === "flows/deploy.yaml").ok).toBe(true);
    expect(ran.code).toBe(0);
  });

  test("two flows of one name are told with both files, and neither runs", async () => {
    const cwd = temporaryProject({
      "flows/a.yaml": files["flows/fails.yaml"],
      "flows/sub/b.yml": files["flows/fails.yaml"],
    });
    const [{ files: found }, ended] = await Promise.all([
      pawlJson(["validate"], { cwd }),
      pawl(["run", "fails"], { cwd }),
    ]);
    expect(found.map((file: { ok: boolean }) => file.ok)).toEqual([false, false]);
    expect(found[0].diagnostics[0]).toMatchObject({ code: "duplicate-flow", line: 1 });
    expect(found[0].diagnostics[0].message).toContain("flows/sub/b.yml");
    expect(ended.code).toBe(3);
  });

  test("a plugin that cannot be imported disables only itself", async () => {
    const cwd = temporaryProject({
      ...files,
      "plugins/broken.ts": "import { gone } from './nowhere.ts';\nexport default gone;\n",
      "plugins/classes.ts":
        "import { definePlugin } from '@pawl/flows';\nclass MyHook { beforeExecute() {} }\nexport default definePlugin({ name: 'c', hooks: [MyHook as never] });\n",
      "plugins/good.ts":
        "import { definePlugin, node } from '@pawl/flows';\nimport { z } from 'zod';\nconst hi = node({ name: 'my.hi', input: z.object({ who: z.string() }), run: ({ who }) => `hi ${who}` });\nexport default definePlugin({ name: 'good', nodes: [hi] });\n",
      "flows/hi.yaml": "name: hi\nsteps:\n  - { id: say, uses: my.hi, with: { who: Ada } }\n",
    });
    const [{ stdout, stderr }, doctor] = await Promise.all([
      pawl(["run", "hi", "--json"], { cwd }),
      pawl(["doctor", "--trust-all"], { cwd }),
    ]);
    expect(JSON.parse(stdout).steps[0].output).toBe("hi Ada");
    expect(stderr).toContain("plugin-import");
    expect(stderr).toContain("MyHook of plugins/classes.ts is a class or a function; a step hook is an instance");
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain("plugins/broken.ts");
  });

  test("reading commands import no code of a project that is not trusted", async () => {
    const cwd = temporaryProject({
      "plugins/loud.ts":
        "import { writeFileSync } from 'node:fs';\nwriteFileSync('imported.txt', '');\nexport default { name: 'loud' };\n",
      "flows/a.yaml": "name: a\nsteps:\n  - { id: say, uses: loud.shout }\n",
    });
    const [{ files: found }] = await Promise.all([
      pawlJson(["validate"], { cwd }),
      pawl(["nodes"], { cwd }),
      pawl(["status"], { cwd }),
    ]);
    expect(found[0]).toMatchObject({ ok: true, diagnostics: [{ code: "unknown-node", severity: "warning" }] });
    const { existsSync } = await import("node:fs");
    expect(existsSync(join(cwd, "imported.txt"))).toBe(false);
    await pawl(["trust"], { cwd });
    expect((await pawl(["validate"], { cwd })).code).toBe(3);
    expect(existsSync(join(cwd, "imported.txt"))).toBe(true);
  });

  test("outside of a project a file runs, and its state is kept for the user", async () => {
    const cwd = temporaryFolder();
    const { writeFileSync } = await import("node:fs");
    writeFileSync(
      join(cwd, "one.yaml"),
      "name: one\nsteps:\n  - { id: say, uses: log.message, with: { message: hi } }\n",
    );
    const { run } = await pawlJson(["run", "one.yaml"], { cwd });
    expect(run).toMatchObject({ flow: "one", status: "completed", outputs: {} });
    expect((await pawlJson(["show", run.id.slice(0, 13)], { cwd })).run.id).toBe(run.id);
    const named = await pawl(["run", "one"], { cwd });
    expect(named.code).toBe(4);
  });
});
