import { describe, expect, test } from "vitest";
import { runFlow, steps, storeKinds } from "../flow-kit.ts";

describe.each(storeKinds)("a group, on the %s store", (kind) => {
  test("has children `group.child`, which expressions find with and without the group's name", async () => {
    const { outputs, statuses } = await runFlow(
      steps(`
  - id: g
    steps:
      - { id: a, uses: data.set, with: { n: 1 } }
      - { id: b, uses: data.set, with: { n: "\${{ steps.a.output.n + 1 }}" } }
  - { id: after, uses: data.set, with: { long: "\${{ steps.g.b.output.n }}", short: "\${{ steps.b.output.n }}", all: "\${{ steps.g.output }}" } }
`),
      { kind },
    );
    expect(statuses).toEqual({ "g.a": "completed", "g.b": "completed", g: "completed", after: "completed" });
    expect(outputs.after).toEqual({ long: 2, short: 2, all: { a: { n: 1 }, b: { n: 2 } } });
  });

  test("fails with its first failing child", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - id: g
    steps:
      - { id: a, uses: assert.that, with: { condition: false, message: nope } }
      - { id: b, uses: data.set }
  - { id: after, uses: data.set }
`),
      { kind },
    );
    expect(statuses).toEqual({ "g.a": "failed", g: "failed" });
    expect(run.error).toEqual({ code: "assertion-failed", message: 'Step "g" failed: g.a: nope' });
  });
});

describe("a group", () => {
  test("under continue_on_error lets the run go on", async () => {
    const { run, outputs } = await runFlow(
      steps(`
  - id: g
    continue_on_error: true
    steps:
      - { id: a, uses: data.set, with: { n: 1 } }
      - { id: b, uses: assert.that, with: { condition: false } }
  - { id: after, uses: data.set, with: { part: "\${{ steps.g.output.a.n }}", code: "\${{ steps.g.error.code }}" } }
`),
    );
    expect(run.status).toBe("completed");
    expect(outputs.after).toEqual({ part: 1, code: "assertion-failed" });
  });

  test("that is visited again numbers its own records; the children follow", async () => {
    const { statuses } = await runFlow(
      steps(`
  - id: g
    steps: [{ id: a, uses: data.set }]
    next: "\${{ visits.g == 1 ? 'g' : '' }}"
`),
    );
    expect(Object.keys(statuses)).toEqual(["g.a", "g", "g#2.a", "g#2"]);
  });

  test("may jump between its children", async () => {
    const { statuses } = await runFlow(
      steps(`
  - id: g
    steps:
      - { id: a, uses: data.set, next: c }
      - { id: b, uses: data.set }
      - { id: c, uses: data.set }
`),
    );
    expect(Object.keys(statuses)).toEqual(["g.a", "g.c", "g"]);
  });

  test("is tried again as a whole by its retry, its children as further visits", async () => {
    const {
      run,
      statuses,
      steps: records,
    } = await runFlow(
      steps(`
  - id: g
    retry: { attempts: 3, initial_delay: 1ms }
    steps:
      - { id: count, uses: file.append, with: { path: tries, content: x } }
      - { id: read, uses: file.read, with: { path: tries } }
      - { id: check, uses: assert.that, with: { condition: "\${{ size(steps.g.read.output) == 2 }}" } }
`),
    );
    expect(run.status).toBe("completed");
    expect(statuses).toMatchObject({ "g.check": "failed", "g.check#2": "completed", g: "completed" });
    expect(records.at(-1)?.attempts.at(-1)?.number).toBe(2);
  });

  test("has a time-out over all of its children", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - id: g
    timeout: 200ms
    steps:
      - { id: a, uses: shell.run, with: { command: sleep 30 } }
      - { id: b, uses: data.set }
`),
    );
    expect(statuses).toEqual({ "g.a": "failed", g: "failed" });
    expect(run.error?.code).toBe("timeout");
  });
});

describe.each(storeKinds)("parallel, on the %s store", (kind) => {
  test("runs its children at once and gathers their outputs", async () => {
    const { run, outputs } = await runFlow(
      steps(`
  - id: p
    parallel:
      - { id: a, uses: shell.run, with: { command: "while [ ! -e b ]; do sleep 0.02; done; echo a", shell: true } }
      - { id: b, uses: shell.run, with: { command: "touch b; echo b", shell: true } }
  - { id: after, uses: data.set, with: { a: "\${{ steps.p.a.output.stdout }}", b: "\${{ steps.b.output.stdout }}", all: "\${{ steps.p.output.b.stdout }}" } }
`),
      { kind },
    );
    expect(run.status).toBe("completed");
    expect(outputs.after).toEqual({ a: "a", b: "b", all: "b" });
  });
});

describe("parallel", () => {
  test("waits for all children, and fails with the first that failed, in order of the file", async () => {
    const { run, statuses } = await runFlow(
      steps(`
  - id: p
    parallel:
      - { id: slow, uses: shell.run, with: { command: "sh -c 'sleep 0.2; exit 4'", check: true } }
      - { id: bad, uses: assert.that, with: { condition: false } }
      - { id: good, uses: data.set }
`),
    );
    expect(statuses).toEqual({ "p.slow": "failed", "p.bad": "failed", "p.good": "completed", p: "failed" });
    expect(run.error?.code).toBe("exit-code");
  });

  test("runs at most `max` at once", async () => {
    const { outputs } = await runFlow(
      steps(`
  - id: p
    max: 1
    parallel:
      - { id: a, uses: shell.run, with: { command: "sleep 0.1; echo >> log a", shell: true } }
      - { id: b, uses: shell.run, with: { command: "echo >> log b", shell: true } }
  - { id: read, uses: file.read, with: { path: log } }
`),
    );
    expect(outputs.read).toBe("a\nb\n");
  });

  test("nests in a loop and holds groups, all of it apart", async () => {
    const { outputs, statuses } = await runFlow(
      steps(`
  - id: o
    loop: [1, 2]
    max_parallel: 2
    parallel:
      - id: g
        steps:
          - { id: x, uses: data.set, with: { v: "\${{ item }}" } }
          - { id: y, uses: data.set, with: { v: "\${{ steps.o.g.x.output.v * 10 }}" } }
      - { id: h, uses: data.set, with: { v: "\${{ -item }}" } }
`),
    );
    expect(outputs["o[0]"]).toEqual({ g: { x: { v: 1 }, y: { v: 10 } }, h: { v: -1 } });
    expect(outputs["o[1]"]).toEqual({ g: { x: { v: 2 }, y: { v: 20 } }, h: { v: -2 } });
    expect(Object.keys(statuses)).toContain("o[1].g.x");
  });
});
