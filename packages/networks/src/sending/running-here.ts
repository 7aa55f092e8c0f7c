import { resolve } from "node:path";
import type { RunningNetwork } from "../runtime/running-network.ts";

const byProject = new Map<string, Set<ReadonlyMap<string, RunningNetwork>>>();

/** Lets steps of this process find the networks of their project without a detour. @returns the undo */
export function announceRunning(projectDir: string, runs: ReadonlyMap<string, RunningNetwork>): () => void {
  const dir = resolve(projectDir);
  const known = byProject.get(dir) ?? new Set();
  byProject.set(dir, known.add(runs));
  return () => {
    known.delete(runs);
    if (known.size === 0 && byProject.get(dir) === known) byProject.delete(dir);
  };
}

/** The network of that name that this process runs for the project. */
export function runningHere(projectDir: string, network: string): RunningNetwork | undefined {
  for (const runs of byProject.get(resolve(projectDir)) ?? []) {
    const run = runs.get(network);
    if (run !== undefined) return run;
  }
  return undefined;
}
