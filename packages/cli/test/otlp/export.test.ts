import { createEngine, createMemoryStore, parseFlow } from "@pawl/flows";
import { guard, underTrace } from "@pawl/hooks/guard";
import { spanIdOf } from "@pawl/hooks/trace";
import { describe, expect, onTestFinished, test } from "vitest";
import { exportRuns, startExport } from "../../src/otlp/open-export.ts";
import { otlpSettings } from "../../src/otlp/settings.ts";
import { startReceiver } from "./receiver.ts";

const outer = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
const traceparent = `00-${outer.traceId}-${outer.spanId}-01`;

async function exporting(env: Record<string, string>) {
  const warnings: string[] = [];
  const end = await startExport(env, (message) => warnings.push(message));
  onTestFinished(end);
  return { end, warnings };
}

async function failingRun(sampled = true) {
  const store = createMemoryStore();
  onTestFinished(() => store.close());
  const settled = exportRuns(store);
  const engine = createEngine({ projectDir: "/", store, env: {} });
  const text = `name: f
steps:
  - { id: fine, uses: data.set, with: { x: 1 } }
  - { id: bad, uses: assert.that, with: { condition: false, message: "it is not so" } }
`;
  const run = await engine.run((await parseFlow(text)).flow!, {
    trigger: { traceparent: sampled ? traceparent : traceparent.replace(/01$/, "00") },
  });
  await settled();
  return run;
}

describe.each(["http/protobuf", "http/json"])("spans as %s", (protocol) => {
  test("tell of a run, its steps, their attempts, and calls of hooks, each below the right one", async () => {
    const receiver = await startReceiver();
    const { end, warnings } = await exporting({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,x-other=c",
      OTEL_SERVICE_NAME: "shop",
    });
    const run = await failingRun();
    underTrace(traceparent, () => guard(() => 1, { name: "audit", point: "PreToolUse" }));
    underTrace(traceparent, () =>
      guard(
        () => {
          throw new Error("ärgerlich");
        },
        { name: "judge" },
      ),
    );
    await end();
    expect(warnings).toEqual([]);
    expect(receiver.posts[0]?.headers).toMatchObject({ "x-key": "a b", "x-other": "c" });
    const byName = new Map(receiver.spans.map((span) => [span.name, span]));
    expect([...byName.keys()].sort()).toEqual(
      ["run f", "step fine", "attempt 1 of fine", "step bad", "attempt 1 of bad", "PreToolUse audit", "judge"].sort(),
    );
    for (const span of receiver.spans) {
      expect(span).toMatchObject({ traceId: outer.traceId, kind: 1, service: "shop" });
      expect(span.end >= span.start).toBe(true);
      expect(Math.abs(Number(span.start / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    }
    expect(byName.get("run f")).toMatchObject({
      spanId: spanIdOf(run.id),
      parentSpanId: outer.spanId,
      attributes: { "pawl.flow": "f", "pawl.run.id": run.id, "pawl.run.status": "failed" },
      status: { code: 2, message: expect.stringContaining("it is not so") },
    });
    expect(byName.get("step bad")?.parentSpanId).toBe(spanIdOf(run.id));
    expect(byName.get("attempt 1 of bad")).toMatchObject({
      parentSpanId: spanIdOf(`${run.id}:bad`),
      attributes: { "pawl.attempt": 1 },
    });
    expect(byName.get("step fine")?.status).toEqual({});
    expect(byName.get("PreToolUse audit")).toMatchObject({ parentSpanId: outer.spanId, status: {} });
    expect(byName.get("judge")).toMatchObject({ status: { code: 2, message: "ärgerlich" } });
  });
});

test("a trace that others do not sample is not sent, and one without a beginning elsewhere has none", async () => {
  const receiver = await startReceiver();
  const { end } = await exporting({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` });
  await failingRun(false);
  guard(() => 1, { name: "alone" });
  await end();
  expect(receiver.spans).toMatchObject([{ name: "alone" }]);
  expect(receiver.spans[0]?.parentSpanId).toBeUndefined();
});

test("a receiver that is busy is asked again; one that is away or refuses is told of once, and stops nothing", async () => {
  const busy = await startReceiver([503, 429]);
  const first = await exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: busy.url });
  guard(() => 1, { name: "patient" });
  await first.end();
  expect([busy.posts.length, busy.spans.length, first.warnings]).toEqual([3, 1, []]);

  const refusing = await startReceiver([400, 400]);
  const second = await exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url });
  guard(() => 1, { name: "refused" });
  await second.end();
  expect(second.warnings).toEqual([expect.stringContaining("answered 400")]);

  const third = await exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
  guard(() => 1, { name: "lost" });
  await third.end();
  expect(third.warnings).toHaveLength(1);
});

describe("the environment", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };

  test("turns it on, chooses, and turns it off", () => {
    expect(otlpSettings({})).toBeUndefined();
    expect(otlpSettings({ ...endpoint, OTEL_SDK_DISABLED: "true" })).toBeUndefined();
    expect(otlpSettings({ ...endpoint, OTEL_TRACES_EXPORTER: "none" })).toBeUndefined();
    expect(otlpSettings(endpoint)).toMatchObject({
      url: "http://collector:4318/v1/traces",
      format: "protobuf",
      timeoutMs: 10_000,
      resource: { "service.name": "pawl" },
    });
    const all = otlpSettings({
      ...endpoint,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://other/x",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_TIMEOUT: "250",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=shop,deployment.environment=test,%=broken%",
    });
    expect(all).toMatchObject({ url: "http://other/x", format: "json", timeoutMs: 250 });
    expect(all?.resource).toMatchObject({ "service.name": "shop", "deployment.environment": "test" });
  });

  test("asks for a protocol that is not spoken: the command says so", () => {
    expect(() => otlpSettings({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow(
      /http\/protobuf or http\/json/,
    );
  });
});
