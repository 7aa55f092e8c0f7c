import { parseSize } from "@pawl/hooks/guard";
import type { Isolation } from "../definition/flow.ts";

/** How `isolate` of a plugin is written: where its nodes run, and the heap they get there, as `256mb`. */
export type PluginIsolation = "worker" | "process" | { readonly in: "worker" | "process"; readonly memory?: string };

/** What `isolate` takes, for sentences. */
export const isolationForms = 'worker, process, or a map such as { in: "process", memory: "256mb" }';

const leastMegabytes = 16;
const megabyte = 1_048_576;

/** Nothing when it is not written in one of its forms. */
export function readPluginIsolation(written: unknown): Isolation | undefined {
  if (written === "worker" || written === "process") return { in: written, memoryMb: undefined };
  if (typeof written !== "object" || written === null) return undefined;
  const { in: kind, memory, ...others } = written as Record<string, unknown>;
  if ((kind !== "worker" && kind !== "process") || Object.keys(others).length > 0) return undefined;
  if (memory === undefined) return { in: kind, memoryMb: undefined };
  const memoryMb = Math.floor((parseSize(memory) ?? 0) / megabyte);
  return memoryMb < leastMegabytes ? undefined : { in: kind, memoryMb };
}
