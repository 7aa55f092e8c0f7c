import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keeping, projectWith, serve, until } from "../../packages/cli/test/server/serve-kit.ts";
import { createStore } from "../../packages/flows/src/durability/sqlite-store.ts";
import { type Database, openDatabase } from "../../packages/flows/src/sqlite/index.ts";
import {
  createTestEngine,
  flowOf,
  runFlow,
  steps,
  temporaryProject,
} from "../../packages/flows/test/execution/flow-kit.ts";

const hundred = steps(
  Array.from(
    { length: 100 },
    (_, n) => `\n  - { id: s${n}, uses: text.replace, with: { text: a, old: a, new: b } }`,
  ).join(""),
);

/** A database that counts its transactions, and its looks at all the steps of a run. */
function counted(file: string): { database: Database; count: { commits: number; looks: number } } {
  const inner = openDatabase(file, { synchronous: "normal" });
  const count = { commits: 0, looks: 0 };
  const database: Database = {
    exec(sql) {
      if (sql === "COMMIT") count.commits++;
      inner.exec(sql);
    },
    prepare(sql) {
      const statement = inner.prepare(sql);
      if (!/FROM steps WHERE run_id = \?/.test(sql)) return statement;
      return {
        all: (...values) => {
          count.looks++;
          return statement.all(...values);
        },
        get: (...values) => statement.get(...values),
        run: (...values) => statement.run(...values),
      };
    },
    close: () => inner.close(),
  };
  return { database, count };
}

describe("a run of a hundred small steps", () => {
  test("costs one transaction a step and no look at the whole run, instead of five or six and one", async () => {
    const projectDir = temporaryProject();
    const { database, count } = counted(join(projectDir, "pawl.db"));
    const store = createStore(database);
    const engine = await createTestEngine({ projectDir, store });
    const flow = await flowOf(hundred);
    count.commits = 0;
    expect((await engine.run(flow)).status).toBe("completed");
    expect(count.commits).toBeLessThanOrEqual(104);
    expect(count.looks).toBeLessThanOrEqual(2);
    await store.close();
  });

  test("costs a fraction of the 11 milliseconds of processor time a step that it could", async () => {
    await runFlow(hundred, { kind: "sqlite" });
    const before = process.cpuUsage();
    await runFlow(hundred, { kind: "sqlite" });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000 / 100).toBeLessThan(5.5);
  });
});

test("programs do not stand in each other's way: those of several runs and branches go on at once", async () => {
  const engine = await createTestEngine();
  // Each waits for all others to have begun; one after the other they would wait for ever.
  const meet = "touch here-$X; while [ $(ls here-* | wc -l) -lt 6 ]; do sleep 0.02; done";
  const step = (id: string, run: string) =>
    `{ id: ${id}, uses: shell.run, timeout: 20s, with: { shell: true, command: '${meet}' }, env: { X: "${run}${id}" } }`;
  const flow = await flowOf(
    steps(`\n  - { id: p, parallel: [${step("a", "${{ vars.run }}")}, ${step("b", "${{ vars.run }}")}] }\n`),
  );
  const runs = await Promise.all([1, 2, 3].map((run) => engine.run(flow, { vars: { run } })));
  expect(runs.map((run) => run.status)).toEqual(["completed", "completed", "completed"]);
});

test("plugins are imported when a server starts, and not again for each run, step or request", async () => {
  const dir = projectWith({
    "plugins/counted.ts": `import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
appendFileSync(join(import.meta.dirname, "..", "imports"), "x");
export default definePlugin({ name: "counted", nodes: [node({ name: "my.hi", input: z.object({}), run: () => "hi" })] });
`,
    "flows/hi.yaml": {
      ...keeping("hi", { uses: "webhook.receive" }),
      steps: [{ id: "a", loop: [1, 2, 3], uses: "my.hi" }],
    },
  });
  const project = await serve(dir);
  const marks = () => (existsSync(join(dir, "imports")) ? readFileSync(join(dir, "imports"), "utf8").length : 0);
  const atStart = marks();
  for (let n = 0; n < 5; n++) expect((await project.post("/webhooks/hi", {})).status).toBe(202);
  await until(async () => (await project.runs()).filter((run) => run.status === "completed").length === 5);
  expect(atStart).toBeGreaterThan(0);
  expect(marks()).toBe(atStart);
});
