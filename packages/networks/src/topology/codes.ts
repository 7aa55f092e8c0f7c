/** Everything that can be wrong with a network file or its pod modules, and what it means. */
export const networkCodes = {
  "bad-yaml": "The file is not YAML, or not a map.",
  "bad-value": "A key has a value of the wrong kind.",
  "missing-key": "A key that is needed is not there.",
  "unknown-key": "A key is not known, or belongs to another type of pod.",
  "bad-id": "An id or a name is not a DNS label of up to 40 characters, or is there twice.",
  "unknown-type": "There is no pod type or template of that name.",
  "unknown-pod": "A connection, or a module, names a pod that the file does not have.",
  "duplicate-connection": "The same two pods are connected twice.",
  "self-connection": "A pod is connected to itself.",
  "ingress-arity": "More or fewer connections enter a pod than its type allows.",
  "egress-arity": "More or fewer connections leave a pod than its type allows.",
  cycle: "The connections form a cycle.",
  "unreachable-pod": "No gateway or initiator leads to a pod.",
  "dead-end": "No sink or terminator can be reached from a pod.",
  "no-origin": "The network has no gateway and no initiator.",
  "no-end": "The network has no sink and no terminator.",
  disconnected: "The file holds two networks that nothing connects.",
  "ingress-count": "A pod says that another number of connections enter it than do.",
  "correlation-scope":
    "Messages meet in an aggregator that share no correlation id, and it does not say how they belong together.",
  "retry-budget": "An aggregator gives up before a retry of a branch can arrive.",
  "no-timeout": "An aggregator never gives up on a set.",
  "hook-missing": "A pod has no hook of its type, so messages pass unchanged.",
  "hook-wrong-type": "A module exports the hook of another type of pod.",
  "hook-not-function": "What a module exports as its hook is not a function.",
  "hook-conflict": "A module exports its hook under both spellings, and they differ.",
  "hook-parameters": "A hook asks for more parameters than it is given.",
  "module-failed": "The module of a pod cannot be loaded or started.",
  "network-locked": "Another living process runs this network.",
} as const;

export type NetworkCode = keyof typeof networkCodes;
