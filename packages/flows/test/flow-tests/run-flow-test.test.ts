import { describe, expect, test } from "vitest";
import { node } from "../../src/index.ts";
import { problemsOf, runTests } from "./test-kit.ts";

const deploy = `
name: deploy
inputs: { target: { type: string, required: true } }
secrets: { TOKEN: { env: DEPLOY_TOKEN } }
steps:
  - { id: build, uses: shell.run, with: { command: "compile \${{ inputs.target }}", check: true }, retry: { attempts: 3, initial_delay: 1h } }
  - { id: publish, uses: http.request, with: { url: "https://\${{ inputs.target }}.example", headers: { authorization: "\${{ secrets.TOKEN }}" } } }
  - { id: alert, if: "\${{ steps.publish.output.status != 200 }}", uses: shell.run, with: { command: page-someone } }
outputs: { status: "\${{ steps.publish.output.status }}" }
`;

const passing = `
mocks:
  build: { output: { stdout: built, stderr: "", code: 0 } }
  http.request: { output: { status: 200, headers: {}, body: {} } }
  shell.run: never
tests:
  - name: publishes what was built
    inputs: { target: web }
    secrets: { TOKEN: abcdef }
    expect:
      outputs: { status: 200 }
      order: [build, publish]
      skipped: [alert]
      steps:
        publish: { status: completed, with: { url: "https://web.example", headers: { authorization: abcdef } } }
`;

describe("a flow test", () => {
  test("runs a flow on mocks, by step and by node", async () => {
    const [result] = await runTests({ flow: deploy, tests: passing });
    expect(result!.problems).toEqual([]);
    expect(result!.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "build completed",
      "publish completed",
      "alert skipped",
    ]);
  });

  test("points at each expectation that is not met", async () => {
    const tests = passing
      .replace("status: 200 }\n      order", "status: 201 }\n      order")
      .replace("order: [build, publish]", "order: [publish, build]")
      .replace("skipped: [alert]", "skipped: [build]")
      .replace('url: "https://web.example"', 'url: "https://api.example"');
    const [result] = await runTests({ flow: deploy, tests });
    expect(result!.problems.map(({ line, column }) => `${line}:${column}`)).toEqual([
      "15:52",
      "13:17",
      "12:24",
      "11:26",
    ]);
  });

  test("does not call a node that acts outside the run, unless it is mocked or allowed", async () => {
    const flow =
      'name: t\nsteps:\n  - { id: a, uses: shell.run, with: { command: "touch made" }, continue_on_error: true }';
    const [message] = await problemsOf({ flow, tests: "tests: [{ name: a }]" });
    expect(message).toContain("real: [a]");
    expect(await problemsOf({ flow, tests: "tests: [{ name: a, real: [a] }]" })).toEqual([]);
    expect(await problemsOf({ flow, tests: "tests: [{ name: a, real: [shell.run] }]" })).toEqual([]);
  });

  test("fails when a step is called that must not be, though its flow goes on after errors", async () => {
    const flow = "name: t\nsteps:\n  - { id: a, uses: shell.run, with: { command: x }, continue_on_error: true }";
    expect(await problemsOf({ flow, tests: "mocks: { a: never }\ntests: [{ name: a }]" })).toHaveLength(1);
  });

  test("gives calls their own outcome, one after the other", async () => {
    const tests = `
tests:
  - name: builds at the third try
    inputs: { target: web }
    mocks:
      build: [{ fail: no memory }, { fail: { message: still none, code: exit-code } }, { output: { code: 0 } }]
      publish: { output: { status: 200 } }
    expect: { steps: { build: { attempts: 3 } } }
  - name: gives up at once when it cannot be mended
    inputs: { target: web }
    mocks: { build: { fail: { message: no such target, code: no-target, permanent: true } } }
    expect: { status: failed, steps: { build: { attempts: 1, error: no-target }, publish: unreached } }
  - name: asks for more than the mock has
    inputs: { target: web }
    mocks: { build: [{ fail: no memory }] }
    expect: { error: { message: once more than its mock } }
`;
    const results = await runTests({ flow: deploy, tests });
    expect(results.map(({ problems }) => problems.length)).toEqual([0, 0, 1]);
  });

  test("lets hours of retries, pauses and time-outs pass at once", async () => {
    const flow = `
name: t
steps:
  - { id: pause, uses: wait.for, with: { duration: 30d } }
  - { id: until, uses: wait.for, with: { until: 2027-01-01T00:00:00Z } }
  - { id: slow, uses: shell.run, with: { command: x }, timeout: 5m, continue_on_error: true }
  - { id: clock, uses: data.set, with: { at: "\${{ string(now()) }}" } }
`;
    const tests = `
mocks: { slow: { output: {}, takes: 10m } }
tests:
  - name: a year goes by
    expect:
      steps:
        pause: { output: { resumed_at: "2026-01-31T00:00:00.000Z" } }
        until: { output: { resumed_at: "2027-01-01T00:00:00.000Z" } }
        slow: { error: timeout }
        clock: { output: { at: "2027-01-01T00:05:00.000Z" } }
`;
    const started = performance.now();
    expect(await problemsOf({ flow, tests })).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test("looks again and again until a condition holds, and says so when it cannot be evaluated", async () => {
    const flow = `
name: t
steps:
  - id: morning
    uses: wait.for
    with: { until: "\${{ now().getHours('UTC') >= 9 }}", every: 10m }
  - { id: wrong, uses: wait.for, with: { until: "\${{ inputs.nothing.there }}", every: 1m }, continue_on_error: true }
inputs: { nothing: { type: map } }
`;
    const tests = `
now: 2026-01-01T08:15:00Z
tests:
  - name: waits for nine o'clock
    expect:
      steps:
        morning: { output: { resumed_at: "2026-01-01T09:05:00.000Z" } }
        wrong: failed
  - name: does not wait when it is late
    now: 2026-01-01T10:00:00Z
    expect: { steps: { morning: { output: { resumed_at: "2026-01-01T10:00:00.000Z" } } } }
`;
    const results = await runTests({ flow, tests });
    expect(results.map(({ problems }) => problems)).toEqual([[], []]);
  });

  test("lets what goes on at once pass in the order of its times", async () => {
    const flow = `
name: t
steps:
  - id: both
    parallel:
      - { id: slow, uses: shell.run, with: { command: x } }
      - { id: fast, uses: wait.for, with: { duration: 1m } }
  - { id: took, uses: data.set, with: { at: "\${{ string(now()) }}" } }
`;
    const tests = `
tests:
  - name: as long as the longest
    mocks: { both.slow: { output: done, takes: 1h } }
    expect: { steps: { took: { output: { at: "2026-01-01T01:00:00.000Z" } }, fast: { output: { resumed_at: "2026-01-01T00:01:00.000Z" } } } }
`;
    expect(await problemsOf({ flow, tests })).toEqual([]);
  });
});

describe("people in a flow test", () => {
  const flow = `
name: t
steps:
  - { id: ask, uses: human.input, with: { prompt: How many?, type: integer } }
  - { id: deploy, uses: shell.run, with: { command: deploy }, approval: { approvers: [ana, ben], expires: 8h } }
`;

  test("answer what the run asks", async () => {
    const tests = `
mocks: { shell.run: { output: {} } }
answers: { ask: { value: 3 } }
tests:
  - name: approved
    answers: { deploy: approve }
    expect: { steps: { ask: { output: 3 }, deploy: completed } }
  - name: rejected
    answers: { deploy: { decision: reject, by: ben, comment: on a Friday } }
    expect: { error: { message: "ben: on a Friday" } }
  - name: nobody approves in time
    expect: { error: { message: in time }, steps: { deploy: { error: approval-expired } } }
`;
    const results = await runTests({ flow, tests });
    expect(results.map(({ problems }) => problems)).toEqual([[], [], []]);
  });

  test("who do not answer leave the run waiting", async () => {
    const tests = "tests: [{ name: waits, expect: { status: waiting, steps: { deploy: unreached } } }]";
    expect(await problemsOf({ flow, tests })).toEqual([]);
    expect(await problemsOf({ flow, tests: "tests: [{ name: waits }]" })).toHaveLength(1);
  });

  test("cannot answer otherwise than the step allows", async () => {
    const tests = `
tests:
  - { name: no number, answers: { ask: { value: many } }, expect: { status: waiting } }
  - { name: no approver, answers: { ask: { value: 1 }, deploy: { decision: approve, by: eve } }, expect: { status: failed } }
`;
    const results = await runTests({ flow, tests });
    expect(results.map(({ problems }) => problems.length)).toEqual([1, 1]);
  });
});

describe("loops, groups and sub-flows in a flow test", () => {
  const flow = `
name: t
steps:
  - { id: each, loop: [a, b, c], max_parallel: 3, uses: shell.run, with: { command: "do \${{ item }}" } }
  - id: group
    steps:
      - { id: call, flow: other, with: { n: 2 } }
`;
  const other =
    "name: other\ninputs: { n: { type: integer } }\nsteps:\n  - { id: send, uses: http.request, with: { url: https://a.example } }\noutputs: { sent: true }";

  test("are mocked by record, step and node", async () => {
    const tests = `
tests:
  - name: one item is another
    mocks: { each: { output: plain }, "each[1]": { output: special }, http.request: { output: { status: 200 } } }
    expect: { steps: { each: { status: completed, count: 3 }, "each[1]": { output: special }, "each[2]": { output: plain }, call: { output: { sent: true } } } }
  - name: the sub-flow is mocked
    mocks: { each: { output: plain }, call: { output: { sent: false } }, http.request: never }
    expect: { steps: { call: { output: { sent: false }, with: { n: 2 } } } }
  - name: nothing in the sub-flow is mocked
    mocks: { each: { output: plain } }
    expect: { status: failed }
`;
    const results = await runTests({ flow, tests, others: { other } });
    expect(results.map(({ problems }) => problems.length)).toEqual([0, 0, 1]);
  });

  test("act for real where that is allowed, and no time passes meanwhile", async () => {
    const polling = node({
      name: "test.poll",
      input: { "~standard": { version: 1, vendor: "t", validate: (value: unknown) => ({ value }) } },
      async run(_input, { clock, signal }) {
        const from = clock.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await clock.sleep(60_000, signal);
        return clock.now() - from;
      },
    });
    const flow = "name: t\nsteps:\n  - { id: poll, uses: test.poll, timeout: 2m }";
    const tests = "tests: [{ name: polls, real: [poll], expect: { steps: { poll: { output: 60000 } } } }]";
    expect(await problemsOf({ flow, tests, nodes: [polling] })).toEqual([]);
  });
});
