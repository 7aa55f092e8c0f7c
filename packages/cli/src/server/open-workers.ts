import { availableParallelism } from "node:os";
import type { LoadedProject } from "@pawl/flows";
import { createWorkerPool, type WorkerPool } from "@pawl/flows/workers";
import { type Logger, parseDuration, parseSize } from "@pawl/hooks/guard";
import { builtFile } from "../built-file.ts";

const leastWorkers = 2;
const mostWorkers = 4;
/** Runs that one worker executes at once, those that wait not counted. */
const defaultRunsPerWorker = 64;

export interface WorkerSettings {
  /** 0 executes runs in the server itself. */
  readonly count: number;
  readonly runs: number;
  readonly memoryMb: number | undefined;
  readonly hangMs: number | undefined;
}

/** Two at least, so that one that is blocked or begins anew does not stop everything; more on a machine that has the cores. */
export function defaultWorkers(): number {
  return Math.max(leastWorkers, Math.min(mostWorkers, availableParallelism() - 1));
}

export function workerSettings({ config }: LoadedProject, count: number | undefined): WorkerSettings {
  const { workers = {} } = config;
  return {
    count: count ?? workers.count ?? defaultWorkers(),
    runs: workers.runs ?? defaultRunsPerWorker,
    memoryMb: workers.memory === undefined ? undefined : Math.floor((parseSize(workers.memory) ?? 0) / 1_048_576),
    hangMs: parseDuration(workers.hang),
  };
}

export interface WorkerSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** Starts the workers; they are ready a little later. Nothing when there are to be none. */
export function openWorkers(
  { project }: LoadedProject,
  { count, memoryMb, hangMs }: WorkerSettings,
  { env, log }: WorkerSurroundings,
): WorkerPool | undefined {
  if (count === 0) return undefined;
  return createWorkerPool({ size: count, entry: builtEntry(), projectDir: project.dir, env, memoryMb, hangMs, log });
}

function builtEntry(): string {
  const file = builtFile("server/worker-main.js");
  if (file !== undefined) return file;
  throw new Error("The program of the workers is not there. Build the package, or serve with 0 workers.");
}
