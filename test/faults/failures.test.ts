import { describe, expect, test } from "vitest";
import { runFlow, steps } from "../../packages/flows/test/execution/flow-kit.ts";
import { pawl, pawlJson, temporaryProject } from "../end-to-end/pawl.ts";

describe("the exit code", () => {
  test("of a run or a replay that fails is never 0", async () => {
    const cwd = temporaryProject({
      "flows/fails.yaml": steps(
        "\n  - { id: a, uses: data.set }\n  - { id: no, uses: assert.that, with: { condition: false } }\n",
      ).replace("name: t", "name: fails"),
    });
    expect((await pawl(["run", "fails"], { cwd })).code).toBe(1);
    const { run } = await pawlJson(["show"], { cwd });
    const replayed = await pawl(["replay", run.id, "--from", "no"], { cwd });
    expect(replayed.code).toBe(1);
    expect(replayed.stdout).toContain("failed at step no");
    expect((await pawlJson(["runs", "--status", "failed"], { cwd })).runs).toHaveLength(2);
  });
});

describe("a program that ends with an exit code other than 0", () => {
  test("fails its step when the step says check, and so the run stops there", async () => {
    const { run, statuses } = await runFlow(
      steps(
        "\n  - { id: a, uses: shell.run, with: { command: 'false', check: true } }\n  - { id: b, uses: data.set }\n",
      ),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "exit-code" } });
    expect(statuses).toEqual({ a: "failed" });
  });

  test("is tried again as often as retry says, each try on record", async () => {
    const { run, steps: records } = await runFlow(
      steps(
        "\n  - { id: a, uses: shell.run, retry: { attempts: 3, initial_delay: 1ms }, with: { shell: true, check: true, command: 'echo x >> tries; test $(wc -l < tries) = 3' } }\n",
      ),
    );
    expect(run.status).toBe("completed");
    expect(records[0]?.attempts.map(({ error }) => error?.code)).toEqual(["exit-code", "exit-code", undefined]);
  });

  test("lets the run go on when the step says continue_on_error, and says what happened", async () => {
    const { run, statuses, outputs } = await runFlow(
      steps(`
  - { id: a, uses: shell.run, continue_on_error: true, with: { shell: true, check: true, command: "echo half; exit 7" } }
  - { id: b, uses: data.set, with: { code: "\${{ steps.a.error.code }}", exit: "\${{ steps.a.output.code }}", said: "\${{ steps.a.output.stdout }}" } }
`),
    );
    expect([run.status, statuses.a]).toEqual(["completed", "failed"]);
    expect(outputs.b).toEqual({ code: "exit-code", exit: 7, said: "half" });
  });
});
