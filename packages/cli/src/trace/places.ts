import { readTraceparent } from "@pawl/hooks/trace";
import type { TraceNode } from "./trace-node.ts";

/** Where something in the tree can be hung: spans of runs, records and attempts, and pods by message. */
export class Places {
  readonly #nodes = new Map<string, TraceNode>();

  put(name: string, node: TraceNode): void {
    this.#nodes.set(name, node);
  }

  find(name: string | undefined): TraceNode | undefined {
    return name === undefined ? undefined : this.#nodes.get(name);
  }

  /** What a `traceparent` points at. */
  above(traceparent: string | undefined): TraceNode | undefined {
    return this.find(readTraceparent(traceparent)?.spanId);
  }
}
