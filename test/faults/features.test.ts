import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { StartOptions } from "@pawl/flows";
import { describe, expect, test } from "vitest";
import { keeping, projectWith, serve, until, writeInto } from "../../packages/cli/test/server/serve-kit.ts";
import { createTestEngine, flowOf, runFlow, steps } from "../../packages/flows/test/execution/flow-kit.ts";

describe("nothing has to be done outside of a flow that belongs into it", () => {
  test("steps in parallel, items in parallel, and a matrix of both", async () => {
    const { outputs } = await runFlow(
      steps(`
  - { id: p, parallel: [{ id: a, uses: data.set }, { id: b, uses: data.set }] }
  - id: matrix
    loop: [linux, mac]
    max_parallel: 2
    steps:
      - { id: on, loop: [20, 24], max_parallel: 2, uses: data.set, with: { v: "\${{ parent.item }}-\${{ item }}" } }
`),
    );
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(["p.a", "p.b", "matrix[1].on[1]"]));
    expect(outputs["matrix[1].on[1]"]).toEqual({ v: "mac-24" });
  });

  test("sub-flows, with inputs and outputs", async () => {
    const child = await flowOf(
      "name: child\ninputs: { n: { type: integer, required: true } }\nsteps:\n  - { id: a, uses: data.set }\noutputs: { twice: '${{ inputs.n * 2 }}' }\n",
    );
    const { run } = await runFlow(
      "name: t\nsteps:\n  - { id: call, flow: child, with: { n: 21 } }\noutputs: { answer: '${{ steps.call.output.twice }}' }\n",
      { findFlow: () => child },
    );
    expect(run).toMatchObject({ status: "completed", outputs: { answer: 42 } });
  });

  test("steps that run at the end however it came, and know how", async () => {
    const { run, outputs } = await runFlow(`name: t
steps:
  - { id: a, uses: assert.that, with: { condition: false } }
finally:
  - { id: tidy, uses: data.set, with: { was: "\${{ steps.a.status }}" } }
`);
    expect([run.status, outputs.tidy]).toEqual(["failed", { was: "failed" }]);
  });

  test("inputs with types, defaults and choices, wrong ones refused before anything runs", async () => {
    const engine = await createTestEngine();
    const flow = await flowOf(
      "name: t\ninputs: { n: { type: integer, required: true }, env: { choices: [dev, prod], default: dev } }\nsteps:\n  - { id: a, uses: data.set }\n",
    );
    const wrong: StartOptions["inputs"][] = [{}, { n: "many" }, { n: 1, env: "moon" }, { n: 1, other: 1 }];
    for (const inputs of wrong) {
      await expect(engine.start(flow, { inputs: inputs! })).rejects.toMatchObject({ name: "InputError" });
    }
    expect((await engine.run(flow, { inputs: { n: "3" } })).inputs).toEqual({ n: 3, env: "dev" });
  });

  test("a choice between groups of steps", async () => {
    const text = `name: t
inputs: { big: { type: boolean } }
steps:
  - { id: yes, if: "\${{ inputs.big }}", steps: [{ id: one, uses: data.set }, { id: two, uses: data.set }] }
  - { id: otherwise, if: "\${{ !inputs.big }}", steps: [{ id: three, uses: data.set }] }
`;
    const { statuses } = await runFlow(text, { start: { inputs: { big: false } } });
    expect(statuses).toMatchObject({ yes: "skipped", "otherwise.three": "completed" });
  });

  test("a limit of runs at once, by a key, and what becomes of those beyond it", async () => {
    const engine = await createTestEngine();
    const flow = async (overflow: string) =>
      flowOf(
        `name: ${overflow}\ninputs: { k: { type: string } }\nconcurrency: { limit: 1, key: "\${{ inputs.k }}", overflow: ${overflow} }\nsteps:\n  - { id: a, approval: true, uses: data.set }\n`,
      );
    const drop = await flow("drop");
    const start = async (k: string) => (await engine.start(drop, { inputs: { k } })).dropped;
    expect([await start("eu"), await start("eu"), await start("us")]).toEqual([false, true, false]);
    const replace = await flow("replace");
    const first = await engine.start(replace, { inputs: { k: "eu" } });
    await engine.start(replace, { inputs: { k: "eu" } });
    expect((await engine.store.durability.get(first.runId))?.status).toBe("cancelled");
  });
});

describe("a server", () => {
  test("starts runs from files, times of a zone, requests and other runs, tells metrics, and cancels what it is asked to", async () => {
    const dir = projectWith({
      "flows/files.yaml": keeping("files", { uses: "file.watch", with: { path: "inbox" } }),
      "flows/nightly.yaml": keeping("nightly", {
        uses: "cron",
        with: { schedule: "0 3 * * *", timezone: "Pacific/Auckland" },
      }),
      "flows/hook.yaml": keeping("hook", { uses: "webhook.receive" }),
      "flows/notify.yaml": keeping("notify", { uses: "flow.completed", with: { flow: "hook" } }),
      "flows/long.yaml": {
        ...keeping("long", { uses: "webhook.receive" }),
        steps: [{ id: "w", uses: "wait.for", with: { duration: "1h" } }],
      },
      "inbox/.keep": "",
    });
    const project = await serve(dir);
    expect((await project.post("/webhooks/hook", {})).status).toBe(202);
    await until(async () => (await project.runs()).some((run) => run.flow === "notify" && run.status === "completed"));
    appendFileSync(join(dir, "inbox", "letter.txt"), "dear");
    await until(async () => (await project.runs()).some((run) => run.flow === "files"));
    expect(await (await project.request("/api/v1/triggers")).text()).toContain("Pacific/Auckland");
    expect(await (await project.request("/metrics")).text()).toMatch(/pawl_step_runs_total\{.*flow="hook"/);
    const { run_id } = (await (await project.post("/webhooks/long", {})).json()) as { run_id: string };
    expect((await project.post(`/api/v1/runs/${run_id}/cancel`, {})).ok).toBe(true);
    await until(async () => (await project.runs()).find((run) => run.id === run_id)?.status === "cancelled");
    writeInto(dir, "flows/later.yaml", keeping("later", { uses: "startup" }));
    await until(async () => (await project.runs()).some((run) => run.flow === "later"));
  });
});
