import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openQuestions, type StartOptions, sendDecision } from "@pawl/flows";
import { describe, expect, test } from "vitest";
import {
  createTestEngine,
  flowOf,
  inspect,
  steps,
  temporaryProject,
} from "../../packages/flows/test/execution/flow-kit.ts";
import { pawl, pawlJson, temporaryProject as projectWith } from "../end-to-end/pawl.ts";

const note = (mark: string) => `uses: file.append, with: { path: marks.txt, content: "${mark};" }`;
const marksIn = (folder: string) =>
  existsSync(join(folder, "marks.txt")) ? readFileSync(join(folder, "marks.txt"), "utf8") : "";

/** Runs a flow and approves whatever it asks for, one question after the other. */
async function runApproving(text: string, start: StartOptions = {}) {
  const projectDir = temporaryProject();
  const engine = await createTestEngine({ kind: "sqlite", projectDir });
  let run = await engine.run(await flowOf(text), start);
  const asked: string[] = [];
  while (run.status === "waiting" && asked.length < 5) {
    const [question] = await openQuestions(engine.store, run);
    asked.push(question!.recordId);
    await sendDecision(engine.store, question!, { decision: "approve", by: "ana" });
    run = await engine.resume(run.id);
  }
  return { ...(await inspect(engine, run)), asked, marks: () => marksIn(projectDir) };
}

describe("an approved step", () => {
  test("does its own work, once, approved by a command without any terminal, and who approved and why is kept", async () => {
    const cwd = projectWith({
      "flows/deploy.yaml": `name: deploy\nsteps:\n  - { id: deploy, approval: { message: Ship it? }, ${note("deployed")} }\n`,
    });
    const { run } = await pawlJson(["run", "deploy"], { cwd });
    expect([run.status, marksIn(cwd)]).toEqual(["waiting", ""]);
    expect((await pawl(["approve", run.id, "--as", "ana", "--comment", "tested"], { cwd })).code).toBe(0);
    expect((await pawlJson(["resume", run.id], { cwd })).run.status).toBe("completed");
    expect(marksIn(cwd)).toBe("deployed;");
    expect((await pawl(["logs", run.id, "--json"], { cwd })).stdout).toMatch(/"by":"ana","comment":"tested"/);
  });

  test("in a loop is asked for once for each item, never for the same one again", async () => {
    const text = steps(`\n  - { id: l, loop: [a, b], approval: true, ${note("${{ item }}")} }\n`);
    const { run, asked, marks } = await runApproving(text);
    expect([run.status, asked, marks()]).toEqual(["completed", ["l[0]", "l[1]"], "a;b;"]);
  });

  test("in a group, or a group that is approved as a whole, leaves none of the children out", async () => {
    const { run, asked, marks } = await runApproving(
      steps(`
  - id: inner
    steps:
      - { id: one, approval: true, ${note("one")} }
      - { id: two, ${note("two")} }
  - { id: outer, approval: true, steps: [{ id: three, ${note("three")} }] }
`),
    );
    expect([run.status, asked, marks()]).toEqual(["completed", ["inner.one", "outer"], "one;two;three;"]);
  });

  test("is followed by steps that still know the inputs and vars of the run, in a replay too", async () => {
    const { run, engine, marks } = await runApproving(
      `name: t
inputs: { tag: { type: string } }
steps:
  - { id: gate, approval: true, uses: data.set }
  - { id: say, ${note("${{ vars.region }} ${{ inputs.tag }}")} }
`,
      { inputs: { tag: "v2" }, vars: { region: "eu" } },
    );
    expect([run.status, marks()]).toEqual(["completed", "eu v2;"]);
    await engine.replay(run.id, "say");
    expect(marks()).toBe("eu v2;eu v2;");
  });
});
