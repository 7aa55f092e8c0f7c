import { expect, test } from "vitest";
import { type ReceivedSpan, startReceiver } from "../../packages/cli/test/otlp/receiver.ts";
import { pawl, pawlJson, post, program, startServe, temporaryProject, until } from "./pawl.ts";

const files = {
  "flows/outer.yaml": `name: outer
steps:
  - { id: call, uses: shell.run, with: { command: "${process.execPath} ${program} run inner", check: true } }
  - { id: sub, flow: inner }
  - id: send
    uses: network.send
    with: { network: line, pod: intake, data: { n: 21 }, wait: 20s }
`,
  "flows/inner.yaml": "name: inner\nsteps:\n  - { id: say, uses: data.set, with: { x: 1 } }\n",
  "flows/double.yaml": `name: double
inputs: { n: { type: number, required: true } }
steps:
  - { id: twice, uses: data.set, with: { n: "\${{ inputs.n * 2 }}" } }
outputs: { n: "\${{ steps.twice.output.n }}" }
`,
  "networks/line.yaml": `name: line
pods:
  - { id: intake, type: gateway }
  - { id: work, type: relay, flow: double }
  - { id: archive, type: sink }
connections:
  - { from: intake, to: work }
  - { from: work, to: archive }
`,
};

interface Node {
  readonly kind: string;
  readonly name: string;
  readonly children: readonly Node[];
}

/** `outer run > outer/call step > …`: what stands below what. */
function outline({ kind, name, children }: Node): unknown {
  return children.length === 0 ? `${kind} ${name}` : { [`${kind} ${name}`]: children.map(outline) };
}

test("one trace goes through four processes: the caller, a run, a run that a step starts, and the server's network", async () => {
  const [json, protobuf] = [await startReceiver(), await startReceiver()];
  const cwd = temporaryProject(files);
  const served = { OTEL_EXPORTER_OTLP_ENDPOINT: json.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
  const serve = await startServe({
    cwd,
    env: { ...served, OTEL_SERVICE_NAME: "server", OTEL_BSP_SCHEDULE_DELAY: "50" },
  });
  const caller = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: protobuf.url, OTEL_SERVICE_NAME: "runner", TRACEPARENT: caller };
  const ran = await pawl(["run", "outer"], { cwd, env });
  expect(ran).toMatchObject({ code: 0 });

  const { traceId, tree } = (await pawlJson(["trace", "a".repeat(10)], { cwd })) as { traceId: string; tree: Node[] };
  expect(traceId).toBe("a".repeat(32));
  expect(tree.map(outline)).toEqual([
    {
      "run outer": [
        { "step call": [{ "run inner": ["step say"] }] },
        { "step sub": [{ "run inner": ["step say"] }] },
        {
          "step send": [
            { "message line": ["pod intake", { "pod work": [{ "run double": ["step twice"] }] }, "pod archive"] },
          ],
        },
      ],
    },
  ]);
  expect((await pawl(["show"], { cwd })).stdout).toContain(`trace ${traceId}`);

  const spans = await until("the server has sent its spans", () => {
    const all = [...protobuf.spans, ...json.spans];
    return all.some(({ name }) => name === "run double") && all.some(({ name }) => name.includes("archive"))
      ? all
      : undefined;
  });
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set(["a".repeat(32)]));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const above = byId.get(span.parentSpanId ?? "");
    return `${above === undefined ? span.parentSpanId : path(above)} > ${span.name}`;
  };
  const paths = spans.map(path);
  for (const each of paths) expect(each.startsWith("b".repeat(16))).toBe(true);
  const top = `${"b".repeat(16)} > run outer`;
  expect(paths).toContain(`${top} > step call > attempt 1 of call > run inner > step say > attempt 1 of say`);
  expect(paths).toContain(`${top} > step sub > run inner > step say > attempt 1 of say`);
  const sent = `${top} > step send > attempt 1 of send > onTrigger line/intake`;
  expect(paths).toContain(`${sent} > onReceiveRelay line/work > run double > step twice`);
  expect(paths).toContain(`${sent} > onReceiveRelay line/work > onReceiveTerminator line/archive`);
  const serviceOf = (name: string) => spans.find((span) => span.name === name)?.service;
  expect([serviceOf("run outer"), serviceOf("run double")]).toEqual(["runner", "server"]);

  const started = await post(`${serve.url}/api/v1/flows/inner/runs`, {}, { traceparent: caller.replaceAll("a", "c") });
  const { run } = (await started.json()) as { run: { id: string } };
  expect((await pawlJson(["trace", run.id], { cwd })).traceId).toBe("c".repeat(32));
  await until("the run has ended", async () => (await pawlJson(["show", run.id], { cwd })).run.status === "completed");
  await serve.kill("SIGTERM");
  const own = json.spans.filter((span) => span.traceId === "c".repeat(32));
  expect(own.map(({ name }) => name).sort()).toEqual(["attempt 1 of say", "run inner", "step say"]);
});
