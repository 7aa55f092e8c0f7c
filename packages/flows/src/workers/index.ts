// What is exported here is public.
export { serveNodes } from "../isolate/serve-nodes.ts";
export { serveProbe } from "../probe/serve-probe.ts";
export { serveRuns, type WorkerProject } from "./serve-runs.ts";
export { createWorkerPool, type PoolHost, type WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";
export type { WorkerStatus } from "./worker-status.ts";
