import { expect, test } from "vitest";
import { pawl, pawlJson, startServe, temporaryProject } from "./pawl.ts";
import { evilPlugin, processesIn } from "./worker-kit.ts";

const contextPlugin = `
import { definePlugin, node, NodeError, NodeResult } from "@pawl/flows";
import { z } from "zod";
export default definePlugin({ name: "context", nodes: [
  node({ name: "context.use", input: z.object({ n: z.number() }), async run({ n }, ctx) {
    ctx.log.info("said inside", { n });
    ctx.progress(1, 2);
    ctx.maskValue("a-late-secret");
    const before = (await ctx.state.get("count")) ?? 0;
    await ctx.state.set("count", Number(before) + n);
    const program = await ctx.runChild({ argv: ["echo", "a-late-secret and " + ctx.secrets.KEY] });
    return new NodeResult({ status: "success", metrics: { before }, output: {
      pid: process.pid, before, record: ctx.recordId, attempt: ctx.attempt, printed: program.stdout.length,
    } });
  } }),
  node({ name: "context.refuse", input: z.object({}), run() { throw new NodeError("No.", { code: "refused" }); } }),
] });
`;

const isolations = ["worker", "process"] as const;

function stepsFor(kind: string): string {
  const evil = (way: string, more: string) =>
    `  - { id: ${way}_${kind}, uses: evil.do, with: { way: ${way} }, continue_on_error: true, ${more} }`;
  return [
    `  - { id: good_${kind}, uses: context.use, with: { n: 2 }, isolate: ${kind} }`,
    `  - { id: refuse_${kind}, uses: context.refuse, isolate: ${kind}, continue_on_error: true }`,
    evil("exit", `isolate: ${kind}, retry: { attempts: 2, initial_delay: 1ms }`),
    evil("throw", `isolate: ${kind}`),
    evil("memory", `isolate: { in: ${kind}, memory: 48mb }`),
    evil("hang", `isolate: ${kind}, timeout: 1500ms`),
    `  - { id: named_${kind}, uses: http.request, with: { url: "http://127.0.0.1:9/" }, isolate: ${kind}, continue_on_error: true }`,
    `  - { id: computed_${kind}, uses: http.request, with: { url: "http://\${{ inputs.where }}/" }, isolate: ${kind}, continue_on_error: true }`,
  ].join("\n");
}

const flow = `
name: apart
secrets: { KEY: { env: APART_KEY } }
inputs: { where: { type: string, default: "127.0.0.1:9" } }
steps:
${isolations.map(stepsFor).join("\n")}
  - { id: last, uses: data.set, with: { is: through } }
`;

/** What `show --json` says of a step, as far as it is looked at here. */
interface ShownStep {
  readonly id: string;
  readonly output: { readonly pid?: number };
  readonly error: { readonly code: string; readonly message: string };
}

test("a step that says isolate harms only itself, and has all that other steps have", async () => {
  const files = { "flows/apart.yaml": flow, "plugins/evil.ts": evilPlugin, "plugins/context.ts": contextPlugin };
  const cwd = temporaryProject(files);
  const env = { APART_KEY: "a-known-secret" };
  const server = await startServe({ cwd, env }, ["--workers", "1"]);
  const { id } = (await pawlJson(["run", "apart", "--detach"], { cwd, env })).run;
  const { stdout } = await pawl(["logs", id, "-f", "--json"], { cwd, env });
  const { run, steps } = await pawlJson(["show", id], { cwd });
  expect(run, JSON.stringify(run)).toMatchObject({ status: "completed" });
  const step = (id: string): ShownStep => steps.find((each: ShownStep) => each.id === id);
  for (const kind of isolations) {
    expect(step(`good_${kind}`).output).toMatchObject({ before: 0, record: `good_${kind}`, attempt: 1 });
    expect(step(`refuse_${kind}`).error).toMatchObject({ code: "refused" });
    expect(step(`exit_${kind}`)).toMatchObject({ attempts: 2, error: { code: "isolate-crashed" } });
    expect(step(`exit_${kind}`).error.message).toContain("exit code 3");
    expect(step(`throw_${kind}`).error.code).toBe("isolate-crashed");
    expect(step(`memory_${kind}`).error.code).toBe("isolate-out-of-memory");
    expect(step(`hang_${kind}`).error.code).toBe("timeout");
    expect(step(`computed_${kind}`).error.code, "no isolation is a way inside").toBe("internal-address");
    expect(step(`named_${kind}`).error.code).not.toBe("internal-address");
  }
  expect(step("good_worker").output.pid).not.toBe(step("good_process").output.pid);
  expect(stdout).toContain("said inside");
  expect(stdout).toContain('"step-progress"');
  expect(stdout).not.toContain("a-late-secret");
  expect(stdout).not.toContain("a-known-secret");
  await server.kill("SIGINT");
  expect(processesIn(cwd)).toEqual([]);
}, 60_000);
