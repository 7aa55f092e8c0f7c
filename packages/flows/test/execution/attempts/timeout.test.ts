import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type NodeResult, node } from "../../../src/index.ts";
import { createTestEngine, flowOf, inspect, runFlow, steps, storeKinds, temporaryProject } from "../flow-kit.ts";

/** Command lines of living processes that hold this text. */
function processesWith(text: string): string[] {
  const lines = execFileSync("ps", ["-eo", "pid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line));
}

describe("timeout", () => {
  test("ends the whole process group: nothing of the command is left", async () => {
    const mark = `61.${process.pid}`;
    const begun = Date.now();
    const { run, statuses } = await runFlow(
      steps(`
  - { id: a, uses: shell.run, timeout: 300ms, with: { command: "sleep ${mark} & sleep ${mark}", shell: true } }
`),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "timeout" } });
    expect(statuses).toEqual({ a: "failed" });
    expect(processesWith(`sleep ${mark}`)).toEqual([]);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  test("is for each attempt, and a time-out is tried again", async () => {
    const projectDir = temporaryProject();
    const { run, steps: records } = await runFlow(
      steps(`
  - id: a
    uses: shell.run
    timeout: 500ms
    retry: { attempts: 2, initial_delay: 1ms }
    with: { command: "if [ -e second ]; then echo done; else touch second; sleep 60; fi", shell: true }
`),
      { projectDir },
    );
    expect(run.status).toBe("completed");
    expect(records[0]?.attempts.map((attempt) => attempt.error?.code)).toEqual(["timeout", undefined]);
  });

  test("aborts the signal of a node, and does not wait for one that ignores it", async () => {
    let aborted = false;
    const deaf = node({
      name: "test.deaf",
      input: z.unknown(),
      run: (_input, context) =>
        new Promise<never>(() => {
          context.signal.addEventListener("abort", () => {
            aborted = true;
          });
        }),
    });
    const { run } = await runFlow(steps("\n  - { id: a, uses: test.deaf, timeout: 20ms }\n"), { nodes: [deaf] });
    expect(run.error?.code).toBe("timeout");
    expect(aborted).toBe(true);
  });

  test("lets after hooks run", async () => {
    const seen: string[] = [];
    const hook = {
      afterExecute: (_c: unknown, _s: unknown, result: NodeResult) => void seen.push(result.error?.code ?? "none"),
    };
    await runFlow(steps("\n  - { id: a, uses: shell.run, timeout: 50ms, with: { command: sleep 60 } }\n"), {
      hooks: [hook],
    });
    expect(seen).toEqual(["timeout"]);
  });

  test("of the flow fails the run, ends its steps, and still runs finally", async () => {
    const { run, statuses } = await runFlow(`
name: t
timeout: 300ms
steps:
  - { id: a, uses: shell.run, with: { command: sleep 60 } }
  - { id: b, uses: data.set }
finally:
  - { id: clean, uses: data.set }
`);
    expect(run).toMatchObject({ status: "failed", error: { code: "run-timeout" } });
    expect(statuses).toEqual({ a: "cancelled", clean: "completed" });
  });
});

describe.each(storeKinds)("cancelling, on the %s store", (kind) => {
  test("kills the program, ends the run as cancelled, runs finally, and starts nothing more", async () => {
    const mark = `62.${process.pid}`;
    const projectDir = temporaryProject();
    const engine = await createTestEngine({ kind, projectDir });
    const flow = await flowOf(`
name: t
steps:
  - { id: a, uses: shell.run, with: { command: "echo begun; sleep ${mark}", shell: true } }
  - { id: b, uses: data.set }
finally:
  - { id: clean, uses: file.write, with: { path: cleaned, content: "yes" } }
`);
    const begun = new Promise<void>((resolve) => {
      engine.store.events.subscribe((event) => event.type === "stdout" && resolve());
    });
    const controller = new AbortController();
    const running = engine.run(flow, { signal: controller.signal });
    await begun;
    controller.abort(new Error("asked to stop"));
    const { run, statuses } = await inspect(engine, await running);
    expect(run).toMatchObject({ status: "cancelled", error: { code: "cancelled", message: "asked to stop" } });
    expect(statuses).toEqual({ a: "cancelled", clean: "completed" });
    expect(readFileSync(join(projectDir, "cleaned"), "utf8")).toBe("yes");
    expect(processesWith(`sleep ${mark}`)).toEqual([]);
  });
});
