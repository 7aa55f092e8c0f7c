import { rateOf, subject } from "../../harness/subject.js";
import { flowOf, oneStep, openEngine } from "./engine.js";

// Runs of one step, durable from their start to their end, 64 at a time.
subject(async ({ isQuick }) => {
  const { engine, store } = await openEngine();
  const flow = await flowOf(oneStep);
  engine.work({ concurrency: 64 });
  const run = async () => {
    const { runId } = await engine.start(flow);
    const { status } = await store.durability.ended(runId);
    if (status !== "completed") throw new Error(`A run was ${status}.`);
  };
  await rateOf(isQuick ? 2_000 : 4_000, 64, run);
  return rateOf(isQuick ? 1_500 : 20_000, 64, run);
});
