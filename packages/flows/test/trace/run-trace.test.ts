import { createCommandHook, HookRegistry } from "@pawl/hooks";
import { readTraceparent, traceIdOf } from "@pawl/hooks/trace";
import { describe, expect, test } from "vitest";
import { createAgentHooks, type EngineOptions } from "../../src/index.ts";
import { attemptTraceparent, recordTraceparent } from "../../src/trace/run-trace.ts";
import { createTestEngine, flowOf, inspect, runFlow, steps } from "../execution/flow-kit.ts";

const tellsTrace = "uses: shell.run\n    with: { command: printenv TRACEPARENT }\n";
const outer = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

function stdoutOf(outputs: Readonly<Record<string, unknown>>, id: string): string {
  return String((outputs[id] as { stdout: string }).stdout).trim();
}

describe("the trace of a run", () => {
  test("is its own when nothing brings one, and is found by its beginning", async () => {
    const { run, engine } = await runFlow(steps("  - id: a\n    uses: data.set\n    with: { x: 1 }\n"), {
      kind: "sqlite",
    });
    expect(run.traceId).toBe(traceIdOf(run.id));
    const { durability } = engine.store;
    expect((await durability.get(run.id))?.traceId).toBe(run.traceId);
    expect(await durability.list({ traceId: run.traceId.slice(0, 20) })).toMatchObject([{ id: run.id }]);
    expect(await durability.list({ traceId: "0123" })).toEqual([]);
  });

  test("is that of what started it, unless that is no trace", async () => {
    const flow = steps("  - id: a\n    uses: data.set\n    with: { x: 1 }\n");
    const given = await runFlow(flow, { start: { trigger: { traceparent: outer, eventId: "e-1" } } });
    expect(given.run.traceId).toBe("a".repeat(32));
    expect(await given.engine.store.durability.list({ eventId: "e-1" })).toMatchObject([{ id: given.run.id }]);
    const nonsense = await runFlow(flow, { start: { trigger: { traceparent: "nonsense" } } });
    expect(nonsense.run.traceId).toBe(traceIdOf(nonsense.run.id));
  });

  test("reaches the programs of a step, each attempt with a span of its own", async () => {
    const { run, outputs } = await runFlow(steps(`  - id: a\n    ${tellsTrace}`), {
      start: { trigger: { traceparent: outer } },
    });
    expect(stdoutOf(outputs, "a")).toBe(attemptTraceparent(run, "a", 1));
    expect(readTraceparent(stdoutOf(outputs, "a"))).toMatchObject({ traceId: "a".repeat(32), isSampled: true });
    expect(attemptTraceparent(run, "a", 2)).not.toBe(attemptTraceparent(run, "a", 1));
  });

  test("goes on in sub-flows, below the step that called them", async () => {
    const child = await flowOf(`name: child\nsteps:\n  - id: c\n    ${tellsTrace}`);
    const engine = await createTestEngine({ findFlow: () => child });
    const run = await engine.run(await flowOf(steps("  - id: call\n    flow: child\n")));
    const [below] = (await engine.store.durability.list({ traceId: run.traceId })).filter(({ parent }) => parent);
    expect(below?.trigger.traceparent).toBe(recordTraceparent(run, "call"));
    expect(stdoutOf((await inspect(engine, below!)).outputs, "c")).toContain(run.traceId);
  });
});

describe("hooks of a step", () => {
  const asks: Pick<EngineOptions, "hooks"> = {
    hooks: [
      {
        name: "seer",
        beforeExecute(context) {
          seen = context.traceparent;
        },
      },
    ],
  };
  let seen: string | undefined;

  test("know the trace of the record", async () => {
    const { run } = await runFlow(steps("  - id: a\n    uses: data.set\n    with: { x: 1 }\n"), asks);
    expect(seen).toBe(recordTraceparent(run, "a"));
  });

  test("that are programs find it in TRACEPARENT, and the log says what each of them said", async () => {
    const registry = new HookRegistry();
    const hook = createCommandHook({
      command: `cat > /dev/null; printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","updatedInput":{"x":"%s"}}}' "$TRACEPARENT"`,
      cwd: "/",
    });
    registry.register("PreToolUse", [{ name: "rewriter", hooks: [hook.run] }]);
    registry.register("PreToolUse", [{ name: "other", matcher: "Bash", hooks: [() => undefined] }]);
    registry.register("PostToolUse", [{ name: "judge", hooks: [() => ({ decision: "block", reason: "no good" })] }]);
    const agent = createAgentHooks({ registry: () => registry, projectDir: "/" });
    const { run, outputs, engine } = await runFlow(steps("  - id: a\n    uses: data.set\n    with: { x: 1 }\n"), {
      toolUse: agent.toolUse,
    });
    expect(outputs.a).toEqual({ x: recordTraceparent(run, "a") });
    const events = await engine.store.events.read({ runId: run.id, types: ["hooks-ran"] });
    expect(events).toMatchObject([
      {
        recordId: "a",
        data: { event: "PreToolUse", rewritten: true, hooks: [{ name: "rewriter", status: "ok", rewritten: true }] },
      },
      { data: { event: "PostToolUse", reason: "no good", hooks: [{ name: "judge", decision: "block" }] } },
    ]);
  });
});
