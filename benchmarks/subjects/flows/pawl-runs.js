import { rateOf, subject } from "../../harness/subject.js";
import { flowOf, oneStep, openEngine } from "./engine.js";

// Runs of one step, durable from their start to their end, 64 at a time.
subject(async ({ isQuick }) => {
  const { engine } = await openEngine();
  const flow = await flowOf(oneStep);
  await rateOf(isQuick ? 300 : 2_000, 64, () => engine.run(flow));
  return rateOf(isQuick ? 1_500 : 20_000, 64, () => engine.run(flow));
});
