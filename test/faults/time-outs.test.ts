import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Clock, systemClock } from "@pawl/hooks/guard";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createTestEngine,
  flowOf,
  inspect,
  openStore,
  runFlow,
  steps,
  temporaryProject,
} from "../../packages/flows/test/execution/flow-kit.ts";
import { linesOf, until } from "../end-to-end/pawl.ts";

/** A server that takes requests and never answers. */
async function silentServer(): Promise<string> {
  const server = createServer(() => {});
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("the time-out of a step", () => {
  test("ends a program and the programs that it started, and fails the step at once", async () => {
    const projectDir = temporaryProject();
    const begun = Date.now();
    const { run, steps: records } = await runFlow(
      steps(
        "\n  - { id: a, uses: shell.run, timeout: 300ms, with: { shell: true, command: '(while :; do echo x >> alive; sleep 0.02; done) & sleep 30' } }\n",
      ),
      { projectDir },
    );
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect([run.status, records[0]?.error?.code]).toEqual(["failed", "timeout"]);
    const file = join(projectDir, "alive");
    expect(existsSync(file)).toBe(true);
    let before = -1;
    await until("nobody writes any more", async () => {
      const now = linesOf(file).length;
      const isStill = now === before;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return isStill && linesOf(file).length === now;
    });
  });

  test("ends a request that is never answered", async () => {
    const url = await silentServer();
    const begun = Date.now();
    const { steps: records } = await runFlow(
      steps(`\n  - { id: a, uses: http.request, timeout: 200ms, with: { url: "${url}" } }\n`),
    );
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(records[0]).toMatchObject({ status: "failed", error: { code: "timeout" } });
  });

  test("is understood in hours, minutes, seconds, milliseconds and numbers, and anything else is a diagnostic", async () => {
    const flow = (timeout: string) => steps(`\n  - { id: a, uses: data.set, timeout: ${timeout} }\n`);
    for (const [written, ms] of [
      ["1h", 3_600_000],
      ["500ms", 500],
      ["1h30m", 5_400_000],
      ["0.5", 500],
      ["5m", 300_000],
    ] as const) {
      expect((await flowOf(flow(written))).steps[0]?.timeoutMs, written).toBe(ms);
    }
    await expect(flowOf(flow("soon"))).rejects.toThrow(/duration/i);
  });
});

test("a request without any time-out of its own does not hang for ever", async () => {
  const url = await silentServer();
  const projectDir = temporaryProject();
  // Everything that is due within an hour is due at once.
  const after: Clock["after"] = (ms, ring) => systemClock.after(ms < 3_600_000 ? 1 : ms, ring);
  const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep: systemClock.sleep, after };
  const engine = await createTestEngine({ projectDir, clock, store: await openStore("memory", projectDir) });
  const flow = await flowOf(steps(`\n  - { id: a, uses: http.request, with: { url: "${url}" } }\n`));
  const { steps: records } = await inspect(engine, await engine.run(flow));
  expect(records[0]).toMatchObject({ status: "failed", error: { code: "http-timeout" } });
});
