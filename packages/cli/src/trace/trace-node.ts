/** One line of what happened, and what happened because of it. */
export interface TraceNode {
  readonly kind: "trigger" | "run" | "step" | "attempt" | "hook" | "message" | "pod" | "dead-letter" | "waiting";
  /** As it is called: a flow, a record, a pod, a hook, a network. */
  readonly name: string;
  /** Of a run, or the correlation id of a message. */
  readonly id?: string;
  readonly status: string;
  /** What else there is to say in a line: a reason, an error, an event. */
  readonly detail?: string;
  /** Milliseconds since 1970. */
  readonly startedAt?: number;
  readonly durationMs?: number;
  /** When there were several. */
  readonly attempts?: number;
  readonly children: TraceNode[];
}
