import { DBOS } from "@dbos-inc/dbos-sdk";
import { startPostgres } from "../../harness/servers.js";
import { percentile } from "../../harness/statistics.js";
import { rateOf, subject } from "../../harness/subject.js";

// DBOS Transact on a PostgreSQL of its own, started directly: workflows of one step, 64 in flight, and from the start to
// the first line of the workflow.
subject(async ({ isQuick }) => {
  const { url } = await startPostgres();
  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url.replace("/postgres", "/bench"), logLevel: "error" });
  let startedAt = 0;
  const one = DBOS.registerWorkflow(
    async () => {
      startedAt = performance.now();
      return DBOS.runStep(async () => 1, { name: "only" });
    },
    { name: "one" },
  );
  await DBOS.launch();
  const run = async () => {
    const handle = await DBOS.startWorkflow(one)();
    await handle.getResult();
  };
  await rateOf(50, 16, run);
  const rate = await rateOf(isQuick ? 200 : 2_000, 64, run);
  const latencies = [];
  for (let index = 0; index < (isQuick ? 30 : 200); index++) {
    const begin = performance.now();
    await run();
    latencies.push(startedAt - begin);
  }
  return { rate, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
});
