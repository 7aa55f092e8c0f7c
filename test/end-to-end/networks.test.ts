import { describe, expect, test } from "vitest";
import { pawl, pawlJson, post, startPawl, startServe, temporaryProject, until } from "./pawl.ts";

const line = `name: line
retry: { attempts: 2, initialDelay: 1ms }
pods:
  - { id: intake, type: gateway }
  - { id: work, type: relay }
  - { id: archive, type: sink }
connections:
  - { from: intake, to: work }
  - { from: work, to: archive }
`;
const work = `export function onReceiveRelay(payload) {
  if (payload.poison && process.env.ANTIDOTE === undefined) throw new Error("poison");
  return { ...payload, worked: true };
}
`;
const files = { "networks/line.yaml": line, "networks/line/work.js": work };

/** Every metric with its type. Each has both a type and a sentence, and a name that says what it counts. */
async function metricsAt(url: string): Promise<Map<string, string>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
  const helps = new Set([...text.matchAll(/^# HELP (\w+) \w/gm)].map(([, name = ""]) => name));
  const told = [...text.matchAll(/^(\w+)(?:\{| )/gm)].map(([, name = ""]) => name).filter((name) => name !== "");
  for (const series of told) {
    const name = types.has(series) ? series : series.replace(/_(bucket|sum|count)$/, "");
    expect(helps.has(name) && types.has(name), series).toBe(true);
  }
  for (const [name, type] of types) {
    if (!name.startsWith("pawl_")) continue;
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    if (type === "histogram") expect(name).toMatch(/_duration_seconds$/);
  }
  return types;
}

describe("pawl network", () => {
  test("check lists every mistake with its place, as text and as JSON, and exits 3", async () => {
    const cwd = temporaryProject({
      "networks/bad.yaml": line.replace("type: relay", "type: realy").replace("to: archive", "to: archiv"),
    });
    const ended = await pawl(["network", "check", "networks/bad.yaml"], { cwd });
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain("unknown-type");
    const { files: checked } = await pawlJson(["network", "check"], { cwd });
    expect(checked).toEqual([{ file: "networks/bad.yaml", ok: false, diagnostics: expect.any(Array) }]);
    expect(checked[0].diagnostics.map((found: { code: string; line: number }) => [found.code, found.line])).toEqual([
      ["unknown-type", 5],
      ["unknown-pod", 9],
    ]);
  });

  test("check looks into modules only when they may be imported", async () => {
    const cwd = temporaryProject({
      ...files,
      "networks/line/work.js": "export function onAggregate(partials) { return {}; }",
    });
    expect((await pawl(["network", "check"], { cwd })).code).toBe(0);
    const ended = await pawl(["network", "check", "--trust-all"], { cwd });
    expect([ended.code, ended.stdout.includes("hook-wrong-type")]).toEqual([3, true]);
    expect((await pawl(["network", "check", "--trust-all", "--no-import"], { cwd })).code).toBe(0);
  });

  test.each(["line", "fan", "diamond", "two-sources"])(
    "new --pattern %s writes a network that is sound and runs",
    async (pattern) => {
      const cwd = temporaryProject({});
      expect((await pawl(["network", "new", "mine", "--pattern", pattern], { cwd })).code).toBe(0);
      expect(await pawl(["network", "check", "mine", "--strict", "--trust-all"], { cwd })).toMatchObject({ code: 0 });
      const graph = await pawl(["network", "graph", "mine"], { cwd });
      expect(graph.stdout).toContain("flowchart LR");
      if (pattern === "two-sources") return;
      const sent = await pawlJson(["network", "trigger", "mine", "intake", "--data", '{"n":1}', "--wait", "10s"], {
        cwd,
      });
      expect(sent).toMatchObject({ status: "completed", results: { archive: expect.any(Object) } });
    },
  );

  test("trigger says what is wrong with the words it is given", async () => {
    const cwd = temporaryProject(files);
    const code = async (...args: string[]) => (await pawl(["network", "trigger", ...args], { cwd })).code;
    expect(await code("line", "intak")).toBe(4);
    expect(await code("lin", "intake")).toBe(4);
    expect(await code("line", "intake", "--data", "[1]")).toBe(2);
    expect(await code("line", "intake", "--wait", "soon")).toBe(2);
  });

  test("dlq lists, shows, replays and purges, with and without a process that runs the network", async () => {
    const cwd = temporaryProject(files);
    await pawl(["network", "trigger", "line", "intake", "--data", '{"poison":1}'], { cwd });
    await pawl(["network", "trigger", "line", "intake", "--data", '{"poison":2}'], { cwd });
    const { deadLetters } = await pawlJson(["network", "dlq", "list", "line"], { cwd });
    expect(deadLetters).toHaveLength(2);
    expect(deadLetters[0]).toMatchObject({ pod: "work", reason: "failed", error: "poison", attempts: 2 });
    const [newest, oldest] = deadLetters.map((letter: { id: number }) => String(letter.id));
    expect((await pawlJson(["network", "dlq", "show", "line", oldest], { cwd })).envelopes[0].data).toEqual({
      poison: 1,
    });
    expect((await pawl(["network", "dlq", "show", "line", "999"], { cwd })).code).toBe(4);
    expect((await pawl(["network", "dlq", "replay", "line"], { cwd })).code).toBe(2);

    const going = startPawl(["network", "up", "line", "--port", "0"], { cwd, env: { ANTIDOTE: "1" } });
    const url = await until("it listens", () => /http:\/\/127\.0\.0\.1:\d+/.exec(going.output())?.[0]);
    expect((await pawl(["network", "up", "line", "--port", "0"], { cwd })).code).toBe(3);
    const { replayed } = await pawlJson(["network", "dlq", "replay", "line", oldest], { cwd });
    expect(replayed).toHaveLength(1);
    const output = await until("the message has come through", async () => {
      const answer = (await (await fetch(`${url}/output`)).json()) as { count: number; results: unknown[] };
      return answer.count === 1 ? answer : undefined;
    });
    expect(output.results).toEqual([{ poison: 1, worked: true }]);
    const metrics = await metricsAt(url);
    for (const name of ["process_cpu_seconds_total", "pawl_build_info", "pawl_pod_received_total"]) {
      expect(metrics.has(name), name).toBe(true);
    }
    expect(await pawlJson(["network", "dlq", "purge", "line", newest], { cwd })).toEqual({ removed: 1 });
    const sent = await pawlJson(["network", "trigger", "line", "intake", "--wait", "10s"], { cwd });
    expect(sent).toMatchObject({ status: "completed", results: { archive: { worked: true } } });
    await going.kill("SIGTERM");
    expect(await pawlJson(["network", "dlq", "list", "line"], { cwd })).toEqual({ deadLetters: [] });
  });
});

describe("pawl serve", () => {
  test("runs the networks of the project, pods that are flows too, and keeps their messages over a kill", async () => {
    const cwd = temporaryProject({
      ...files,
      "networks/line.yaml": line.replace("{ id: work, type: relay }", "{ id: work, type: relay, flow: double }"),
      "flows/double.yaml": `name: double
inputs: { n: { type: number, required: true } }
steps:
  - { id: twice, uses: data.set, with: { value: "\${{ inputs.n * 2 }}" } }
outputs: { n: "\${{ steps.twice.output.value }}", id: "\${{ trigger.payload.id }}" }
`,
    });
    const first = await startServe({ cwd });
    const answer = await post(`${first.url}/networks/line/intake/trigger?wait=15s`, { n: 21, id: "x" });
    expect(await answer.json()).toMatchObject({ status: "completed", results: { archive: { n: 42, id: "x" } } });
    expect((await fetch(`${first.url}/networks/line/nowhere/trigger`, { method: "POST" })).status).toBe(404);
    expect(await (await fetch(`${first.url}/metrics`)).text()).toContain(
      'pawl_pod_received_total{network="line",pod="work"} 1',
    );
    const metrics = await metricsAt(first.url);
    for (const name of ["pawl_runs_total", "pawl_step_runs_total", "pawl_pod_hook_duration_seconds"]) {
      expect(metrics.has(name), name).toBe(true);
    }
    await first.kill("SIGKILL");
    const second = await startServe({ cwd });
    const output = await (await fetch(`${second.url}/networks/line/archive/output`)).json();
    expect(output).toMatchObject({ count: 1, results: [{ n: 42, id: "x" }] });
  });
});
