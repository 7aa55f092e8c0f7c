import { type Clock, systemClock } from "@pawl/hooks/guard";
import type { Network } from "../../topology/network.ts";
import type { Line, Transport } from "../transport.ts";
import { MemoryLine } from "./memory-line.ts";

/** Carries tokens inside this process. Loses everything with it: for tests and for trying things out. */
export function createMemoryTransport(options: { readonly clock?: Clock } = {}): Transport {
  const lines = new Map<string, MemoryLine>();
  return {
    kind: "memory",
    isAtomic: true,
    async open(network: Network): Promise<Line> {
      const line = new MemoryLine(network, options.clock ?? systemClock);
      lines.set(network.name, line);
      return line;
    },
    async close() {
      for (const line of lines.values()) await line.close();
      lines.clear();
    },
  };
}
