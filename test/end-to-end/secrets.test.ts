import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf, pawl, pawlJson, startPawl, startServe, temporaryProject, until } from "./pawl.ts";

const token = "tk-7f3a9c+/Zq e2e";
const pin = "pin-55443322";

const flow = `
name: login
secrets: { MASTER: { file: master.txt } }
inputs: { pin: { type: string, required: true, secret: true } }

steps:
  - id: login
    uses: data.set
    with: { header: "Bearer \${{ secrets.MASTER }}", pin: "\${{ inputs.pin }}" }
  - id: talk
    uses: shell.run
    with: { command: 'printf "%s\\n" "$T"; printf "%s\\n" "$T" >&2; touch hung; while [ ! -e go ]; do sleep 0.05; done' , shell: true }
    env: { T: "\${{ steps.login.output.header }} \${{ inputs.pin }}" }
  - id: use
    uses: shell.run
    with: { command: 'printf "%s|%s\\n" "$T" "$P" >> "$OUT"', shell: true }
    env: { T: "\${{ steps.login.output.header }}", P: "\${{ steps.login.output.pin }}" }
  - id: fails
    uses: shell.run
    continue_on_error: true
    with: { command: 'echo "refused $T" >&2; exit 3', shell: true, check: true }
    env: { T: "\${{ steps.login.output.header }}" }
outputs: { header: "\${{ steps.login.output.header }}" }
`;

function expectNowhere(folder: string, secrets: readonly string[]): number {
  let files = 0;
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const file = join(folder, name);
    if (!statSync(file).isFile()) continue;
    files += 1;
    const bytes = readFileSync(file);
    for (const secret of secrets) {
      expect(bytes.includes(secret), `${name} holds ${secret}`).toBe(false);
      expect(bytes.includes(Buffer.from(secret).toString("base64").slice(0, 12)), `${name} holds base64`).toBe(false);
    }
  }
  return files;
}

describe("a flow whose login step gives a token that is secret", () => {
  test("goes on with the right token after a kill, and the token is in no file, no output and no answer", async () => {
    const outside = temporaryProject({ "x.txt": "" });
    const cwd = temporaryProject({ "flows/login.yaml": flow, "master.txt": `${token}\n` });
    const env = { OUT: join(outside, "used.txt") };
    const run = startPawl(["run", "login", "--input", `pin=${pin}`], { cwd, env });
    await until("the second step hangs", () => readdirSync(cwd).includes("hung"));
    const state = join(cwd, ".pawl");
    expect(expectNowhere(state, [token, pin])).toBeGreaterThan(0);
    const killed = await run.kill("SIGKILL");
    expectNowhere(state, [token, pin]);
    writeFileSync(join(cwd, "go"), "");

    const resumed = await pawl(["resume"], { cwd, env });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(linesOf(env.OUT)).toEqual([`Bearer ${token}|${pin}`]);
    expectNowhere(state, [token, pin]);

    const { runs } = await pawlJson(["runs"], { cwd, env });
    const id = runs[0].id;
    const report = await pawlJson(["show", id], { cwd, env });
    expect(report.run.outputs).toEqual({ header: "Bearer ***" });
    expect(report.steps[0].output).toEqual({ header: "Bearer ***", pin: "***" });
    const texts = [killed.stdout, killed.stderr, resumed.stdout, resumed.stderr, JSON.stringify(report)];
    for (const command of [["show", id], ["logs", id], ["logs", id, "--json"], ["runs"], ["status"]]) {
      const { stdout, stderr } = await pawl(command, { cwd, env });
      texts.push(stdout, stderr);
    }
    const { url } = await startServe({ cwd, env });
    for (const path of ["/runs", `/runs/${id}`, `/runs/${id}/steps`, "/flows"]) {
      texts.push(await (await fetch(`${url}/api/v1${path}`)).text());
    }
    for (const text of texts) for (const secret of [token, pin]) expect(text).not.toContain(secret);
    expect(texts.join("")).toContain("***");
    expectNowhere(state, [token, pin]);
  });
});
