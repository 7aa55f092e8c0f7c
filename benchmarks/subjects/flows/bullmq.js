import { Queue, Worker } from "bullmq";
import { startRedis } from "../../harness/servers.js";
import { percentile } from "../../harness/statistics.js";
import { rateOf, subject } from "../../harness/subject.js";

// BullMQ on a Redis of its own: jobs added and processed at the same time, and from add to the start of the handler.
subject(async ({ isQuick }) => {
  const connection = { host: "127.0.0.1", port: (await startRedis()).port, maxRetriesPerRequest: null };
  const queue = new Queue("bench", { connection });
  const latencies = [];
  let done = 0;
  const worker = new Worker(
    "bench",
    async (job) => {
      latencies.push(performance.now() - job.data.sent);
      done++;
    },
    { connection, concurrency: 64 },
  );
  await worker.waitUntilReady();
  const add = () => queue.add("one", { sent: performance.now() }, { removeOnComplete: true });
  const finished = async (count) => {
    while (done < count) await new Promise((resolve) => setImmediate(resolve));
    done = 0;
  };
  const all = async (count) => {
    await rateOf(count, 64, add);
    await finished(count);
  };
  await all(500);
  const count = isQuick ? 2_000 : 20_000;
  const begin = performance.now();
  await all(count);
  const rate = (count / (performance.now() - begin)) * 1_000;
  latencies.length = 0;
  for (let index = 0; index < (isQuick ? 60 : 300); index++) {
    await add();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { rate, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
});
