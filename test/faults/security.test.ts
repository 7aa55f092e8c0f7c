import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { StepExecutionHook } from "@pawl/flows";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createTestEngine,
  flowOf,
  inspect,
  runFlow,
  steps,
  temporaryProject,
} from "../../packages/flows/test/execution/flow-kit.ts";

const token = "tk-0f9e8d7c6b5a";

/** Every byte that a project keeps. */
function bytesIn(folder: string): string {
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, "latin1"))
    .join("");
}

describe("a secret", () => {
  test("stands in no stored record, log or event, wherever in the inputs of a step it is", async () => {
    const projectDir = temporaryProject();
    const engine = await createTestEngine({ kind: "sqlite", projectDir, env: { PATH: process.env.PATH, KEY: token } });
    const flow = await flowOf(`name: t
secrets: { KEY: { env: KEY } }
steps:
  - id: a
    uses: data.set
    with: { api_key: "\${{ secrets.KEY }}", headers: { Authorization: "Bearer \${{ secrets.KEY }}" }, list: ["\${{ secrets.KEY }}"] }
  - { id: b, uses: shell.run, with: { shell: true, command: 'echo "$T" >&2; echo "$T"' }, env: { T: "\${{ secrets.KEY }}" } }
  - { id: c, approval: { message: "with \${{ secrets.KEY }}?" }, uses: data.set }
`);
    const { run, outputs } = await inspect(engine, await engine.run(flow));
    expect(run.status).toBe("waiting");
    expect(JSON.stringify(outputs)).not.toContain(token);
    expect(JSON.stringify(await engine.store.events.read({ runId: run.id }))).not.toContain(token);
    await engine.store.close();
    const kept = bytesIn(projectDir);
    expect(kept.length).toBeGreaterThan(1_000);
    expect(kept).not.toContain(token);
  });

  test("stands in no command line, and in the environment of no program that was not given it", async () => {
    const env = { PATH: process.env.PATH, KEY: token };
    const { outputs } = await runFlow(
      `name: t
secrets: { KEY: { env: KEY } }
steps:
  - { id: bystander, uses: shell.run, with: { shell: true, command: 'env | grep -c "tk-0f9[e]" || true' } }
  - { id: lines, uses: shell.run, with: { shell: true, command: 'test "\${{ secrets.KEY }}" && tr "\\0" " " < /proc/$$/cmdline | grep -c "tk-0f9[e]" || true' } }
  - { id: named, uses: data.set, with: { v: "\${{ env.?KEY.orValue('nothing') }}" } }
`,
      { env },
    );
    expect(outputs.bystander).toMatchObject({ stdout: "0" });
    expect(outputs.lines).toMatchObject({ stdout: "0" });
    expect(outputs.named).toEqual({ v: "nothing" });
  });
});

describe("a value that is full of shell syntax", () => {
  test("is text to every shell it reaches", async () => {
    const projectDir = temporaryProject();
    const x = "a; echo PWNED > pwned; $(touch pwned) `touch pwned` ' \" \\";
    const { outputs } = await runFlow(
      `name: t
inputs: { x: { type: string } }
steps:
  - { id: bare, uses: shell.run, with: { shell: true, command: "printf %s \${{ inputs.x }}" } }
  - { id: quoted, uses: shell.run, with: { shell: true, command: 'printf %s "\${{ inputs.x }}"' } }
  - { id: direct, uses: shell.run, with: { command: "printf %s \${{ inputs.x }}" } }
`,
      { projectDir, start: { inputs: { x } } },
    );
    for (const id of ["bare", "quoted", "direct"]) expect(outputs[id], id).toMatchObject({ stdout: x });
    expect(existsSync(join(projectDir, "pwned"))).toBe(false);
  });
});

describe("the project folder", () => {
  test("is not left by a sibling whose name begins like it, nor through dots or links, by programs or files", async () => {
    const around = temporaryProject();
    const projectDir = join(around, "proj");
    mkdirSync(projectDir);
    mkdirSync(join(around, "proj-evil"));
    symlinkSync(join(around, "proj-evil"), join(projectDir, "link"));
    const engine = await createTestEngine({ projectDir });
    const attempts = [
      `uses: shell.run, with: { command: pwd, cwd: ${around}/proj-evil }`,
      "uses: shell.run, with: { command: pwd, cwd: ../proj-evil }",
      "uses: shell.run, with: { command: pwd, cwd: link }",
      `uses: file.write, with: { path: ${around}/proj-evil/x, content: x }`,
      "uses: file.write, with: { path: link/x, content: x }",
      "uses: file.read, with: { path: /etc/hostname }",
      "uses: file.list, with: { path: .. }",
      "uses: file.delete, with: { path: ../proj-evil }",
    ];
    const body = attempts.map((step, n) => `\n  - { id: s${n}, continue_on_error: true, ${step} }`).join("");
    const { steps: records } = await inspect(engine, await engine.run(await flowOf(steps(body))));
    expect(records.map((record) => record.error?.code)).toEqual(attempts.map(() => "outside-project"));
    expect(readdirSync(join(around, "proj-evil"))).toEqual([]);
  });
});

describe("http.request", () => {
  test("does not reach internal addresses that an event names", async () => {
    let reached = 0;
    const server = createServer((_request, response) => {
      reached++;
      response.end("internal");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const text = (more: string) =>
      steps(`\n  - { id: a, uses: http.request, with: { url: "\${{ trigger.payload.callback }}"${more} } }\n`);
    const start = (url: string) => ({ start: { trigger: { payload: { callback: url } } } });
    const places = ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"];
    for (const place of places) {
      const { steps: records } = await runFlow(text(""), start(`http://${place}:${port}/`));
      expect(records[0]?.error?.code, place).toBe("internal-address");
    }
    expect(reached).toBe(0);
    const allowed = await runFlow(text(", allow_internal: true"), start(`http://127.0.0.1:${port}/`));
    expect(allowed.outputs.a).toMatchObject({ body: "internal" });
  });
});

describe("a step hook that guards", () => {
  const broken = (onError?: "fail"): StepExecutionHook => ({
    name: "guard",
    ...(onError === undefined ? {} : { onError }),
    beforeExecute() {
      throw new Error("the guard is out of order");
    },
  });

  test("and breaks lets nothing through when it says onError: fail, and is reported on the step when it does not", async () => {
    const text = steps("\n  - { id: a, uses: data.set, with: { v: 1 } }\n");
    const strict = await runFlow(text, { hooks: [broken("fail")] });
    expect(strict.statuses).toEqual({ a: "failed" });
    const lenient = await runFlow(text, { hooks: [broken()] });
    expect(lenient.statuses).toEqual({ a: "completed" });
    expect(lenient.steps[0]?.hooks).toEqual([{ name: "guard", error: expect.stringContaining("out of order") }]);
  });

  test("meets its step after it too, in reverse order, also when another hook answers, the time is up, or it fails", async () => {
    const seen: string[] = [];
    const hook = (name: string, answers = false): StepExecutionHook => ({
      name,
      beforeExecute() {
        seen.push(`before ${name}`);
        return Promise.resolve(answers ? ({ status: "success", output: "answered" } as never) : undefined);
      },
      afterExecute() {
        seen.push(`after ${name}`);
        return Promise.resolve();
      },
    });
    await runFlow(steps("\n  - { id: a, uses: data.set }\n"), { hooks: [hook("1"), hook("2", true), hook("3")] });
    expect(seen.splice(0)).toEqual(["before 1", "before 2", "after 2", "after 1"]);
    const slow = steps("\n  - { id: a, uses: shell.run, timeout: 50ms, with: { command: sleep 5 } }\n");
    expect((await runFlow(slow, { hooks: [hook("1")] })).statuses).toEqual({ a: "failed" });
    expect(seen).toEqual(["before 1", "after 1"]);
  });
});
