import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pawl, pawlJson, post, startServe, temporaryProject, until } from "./pawl.ts";

const gate = [
  "name: gate",
  "steps:",
  "  - id: deploy",
  "    approval: { message: Deploy it?, approvers: [ana] }",
  "    uses: file.append",
  '    with: { path: deployed.txt, content: "x" }',
  "",
].join("\n");

describe("a person is asked", () => {
  test("the example asks for two values and an approval, and then publishes", async () => {
    const example = join(import.meta.dirname, "../../examples/ask-a-person/flows/release.yaml");
    const cwd = temporaryProject({ "flows/release.yaml": readFileSync(example, "utf8") });
    const begun = await pawl(["run", "release"], { cwd });
    expect(begun.code).toBe(0);
    expect(begun.stdout).toMatch(/version asks: Which version is released\?/);
    const { approvals } = await pawlJson(["approvals"], { cwd });
    expect(approvals).toMatchObject([{ flow: "release", step: "version", kind: "input" }]);
    const id = approvals[0].run;
    expect((await pawl(["input", id, "version", "2.4.0"], { cwd })).code).toBe(0);
    expect((await pawlJson(["resume", id], { cwd })).run.status).toBe("waiting");
    expect((await pawl(["input", id, "channel", "nightly"], { cwd })).code).toBe(2);
    expect((await pawl(["input", id, "channel"], { cwd })).code).toBe(0);
    await pawl(["resume", id], { cwd });
    expect((await pawl(["approve", id, "--as", "eve"], { cwd })).code).toBe(1);
    expect(existsSync(join(cwd, "published.txt"))).toBe(false);
    const approved = await pawl(["approve", id.slice(0, 13), "publish", "--as", "ana", "--comment", "go"], { cwd });
    expect(approved.code).toBe(0);
    const ended = await pawlJson(["resume", id], { cwd });
    expect(ended.run.status).toBe("completed");
    expect(readFileSync(join(cwd, "published.txt"), "utf8")).toBe("2.4.0 beta");
    const log = await pawl(["logs", id, "--json"], { cwd });
    expect(log.stdout).toContain('"by":"ana","comment":"go"');
  });

  test("a rejection fails the step with its reason", async () => {
    const cwd = temporaryProject({ "flows/gate.yaml": gate });
    const { run } = await pawlJson(["run", "gate"], { cwd });
    expect((await pawl(["reject", run.id, "--as", "ana", "--comment", "not today"], { cwd })).code).toBe(0);
    const again = await pawl(["approve", run.id, "--as", "ana"], { cwd });
    expect(again.code, "it was decided already").toBe(4);
    const ended = await pawlJson(["resume", run.id], { cwd });
    expect(ended.steps[0].error).toEqual({ code: "rejected", message: "Rejected by ana: not today" });
    expect(existsSync(join(cwd, "deployed.txt"))).toBe(false);
    expect((await pawl(["approve", run.id, "--as", "ana"], { cwd })).code).toBe(1);
  });

  test("unknown runs and steps are refused with the nearest name", async () => {
    const cwd = temporaryProject({ "flows/gate.yaml": gate });
    const { run } = await pawlJson(["run", "gate"], { cwd });
    const step = await pawl(["approve", run.id, "deploi", "--as", "ana"], { cwd });
    expect(step.code).toBe(4);
    expect(step.stderr).toContain("Did you mean deploy?");
    expect((await pawl(["approve", "01ZZZZZZ"], { cwd })).code).toBe(4);
    expect((await pawl(["input", run.id, "deploy", "x"], { cwd })).code).toBe(2);
    expect((await pawl(["approve", run.id, "--as", " "], { cwd })).code).toBe(2);
  });

  test("through HTTP the name of the token decides, and the step then runs once", async () => {
    const cwd = temporaryProject({ "flows/gate.yaml": gate });
    const { url } = await startServe({ cwd, env: { PAWL_TOKENS: "ana=secret-a,eve=secret-e" } });
    const as = (token: string) => ({ authorization: `Bearer ${token}` });
    const started = await post(`${url}/api/v1/flows/gate/runs`, {});
    const { run } = (await started.json()) as { run: { id: string } };
    const approve = (token: string) => post(`${url}/api/v1/runs/${run.id}/approve`, { comment: "ok" }, as(token));
    await until("it waits", async () => (await approve("secret-e")).status === 403);
    expect((await post(`${url}/api/v1/runs/${run.id}/input`, { value: 1 })).status).toBe(409);
    expect((await approve("secret-a")).status).toBe(202);
    await until("it has ended", async () => (await pawlJson(["show", run.id], { cwd })).run.status === "completed");
    expect((await approve("secret-a")).status).toBe(409);
    expect(readFileSync(join(cwd, "deployed.txt"), "utf8")).toBe("x");
  });

  test("a secret value comes through standard input, and is in no file and no answer", async () => {
    const flow = [
      "name: s",
      "steps:",
      "  - { id: ask, uses: human.input, with: { prompt: Token?, secret: true } }",
      '  - { id: use, uses: data.set, with: { length: "${{ size(steps.ask.output) }}" } }',
      "",
    ].join("\n");
    const cwd = temporaryProject({ "flows/s.yaml": flow });
    const begun = await pawl(["run", "s"], { cwd });
    expect(begun.stdout).toContain("--stdin");
    const { approvals } = await pawlJson(["approvals"], { cwd });
    const given = await pawl(["input", approvals[0].run, "ask", "--stdin"], { cwd, input: "tiger-in-the-tank\n" });
    expect(given.code, given.stderr).toBe(0);
    const ended = await pawlJson(["resume", approvals[0].run], { cwd });
    expect(ended.steps.map((step: { output: unknown }) => step.output)).toEqual(["***", { length: 17 }]);
    for (const name of readdirSync(join(cwd, ".pawl")).filter((each) => each.startsWith("pawl.db"))) {
      expect(readFileSync(join(cwd, ".pawl", name)).includes("tiger-in-the-tank"), name).toBe(false);
    }
  });

  test("who answered, when, and what they said stands in show and in the API", async () => {
    const cwd = temporaryProject({ "flows/gate.yaml": gate });
    const { run } = await pawlJson(["run", "gate"], { cwd });
    await pawl(["approve", run.id, "--as", "ana", "--comment", "after the backup"], { cwd });
    const shown = await pawlJson(["show", run.id], { cwd });
    expect(shown.answers).toMatchObject([
      { step: "deploy", kind: "approval", decision: "approve", by: "ana", comment: "after the backup" },
    ]);
    expect(Date.now() - shown.answers[0].at).toBeLessThan(60_000);
    expect((await pawl(["show", run.id], { cwd })).stdout).toMatch(
      /deploy was approved by ana on .*: after the backup/,
    );
    const { url } = await startServe({ cwd });
    const answer = await fetch(`${url}/api/v1/runs/${run.id}`);
    expect(await answer.json()).toMatchObject({ answers: [{ by: "ana", comment: "after the backup" }] });
  });

  test("a sub-flow asks through the run that started it", async () => {
    const cwd = temporaryProject({
      "flows/gate.yaml": gate,
      "flows/outer.yaml": "name: outer\nsteps:\n  - { id: call, flow: gate }\n  - { id: after, uses: data.set }\n",
    });
    const begun = await pawl(["run", "outer"], { cwd });
    expect(begun.code).toBe(0);
    const [, child] = /pawl approve (\S+) deploy/.exec(begun.stdout)!;
    expect(await pawlJson(["show", "outer"], { cwd })).toMatchObject({ run: { flow: "outer", status: "waiting" } });
    expect((await pawl(["runs", "--status", "queued"], { cwd })).stdout).not.toContain("outer");
    const approved = await pawl(["approve", child!, "--as", "ana"], { cwd });
    const [, outer] = /pawl resume (\S+) goes on/.exec(approved.stdout)!;
    const ended = await pawlJson(["resume", outer!], { cwd });
    expect([ended.run.flow, ended.run.status]).toEqual(["outer", "completed"]);
    expect(readFileSync(join(cwd, "deployed.txt"), "utf8")).toBe("x");
  });
});
