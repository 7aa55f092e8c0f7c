/**
 * Why a step or a run did not succeed, as far as the engine itself says so. A closed list: docs/reference/errors has one
 * entry each. Nodes add codes of their own through NodeError.
 */
export const executionCodes = {
  timeout: "The step took longer than its `timeout`.",
  "run-timeout": "The run took longer than the flow's `timeout`.",
  cancelled: "The run was cancelled.",
  "cut-off": "An attempt ended with the process that executed it; the next one took its place.",
  "invalid-input": "The step's `with` does not fit what its node takes.",
  "unknown-node": "No node has the name that the step's `uses` gives.",
  "node-failed": "The node threw an error that says nothing about its kind.",
  "node-error": "The node failed, and trying again cannot mend it.",
  transient: "The node failed in a way that may pass.",
  "invalid-result": "What the node returned cannot be stored: it is not JSON, or too large.",
  "hook-failed": "A step hook that says `onError: fail` failed.",
  denied: "A lifecycle hook denied the use of the node.",
  "loop-not-a-list": "The step's `loop` gave something else than a list.",
  "max-visits": "A step was visited more often than its `max_visits` allows.",
  "unknown-step": "`next` gave a name that no step of the sequence has.",
  "unknown-flow": "No flow has the name that the step's `flow` gives.",
  "sub-flow-failed": "The flow that the step started did not complete.",
  rejected: "A person rejected the step.",
  "approval-expired": "Nobody approved the step in time.",
  "secret-unavailable": "A secret of the flow could not be read.",
  "isolate-crashed": "The thread or process of an isolated step ended before its node did.",
  "isolate-out-of-memory": "An isolated node needed more memory than its step gives it.",
  "isolate-broken": "The project could not be loaded where an isolated node was to run.",
  "isolate-ended": "An isolated node did not come back after its signal was aborted, and was ended.",
  "isolate-unavailable": "An isolated node asked for what is not there: the node itself, or an expression.",
  "poison-run": "Three worker processes ended while they executed the run.",
  "invalid-definition": "The definition that the run keeps can no longer be read.",
} as const;

export type ExecutionCode = keyof typeof executionCodes;
