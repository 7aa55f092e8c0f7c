/** The keys of a flow file, place by place, in the order they are best written in. */
export const flowKeys = [
  "name",
  "description",
  "env",
  "dotenv",
  "secrets",
  "inputs",
  "trigger",
  "triggers",
  "hooks",
  "concurrency",
  "timeout",
  "retention",
  "steps",
  "finally",
  "outputs",
] as const;

export const stepKeys = [
  "id",
  "description",
  "uses",
  "steps",
  "parallel",
  "flow",
  "max",
  "with",
  "if",
  "loop",
  "max_parallel",
  "while",
  "next",
  "max_visits",
  "continue_on_error",
  "approval",
  "retry",
  "timeout",
  "cache",
  "env",
  "isolate",
] as const;

export const inputKeys = ["type", "description", "default", "required", "choices", "secret"] as const;
export const inputTypes = ["string", "number", "integer", "boolean", "list", "map"] as const;
export const secretKeys = ["env", "file", "command"] as const;
export const triggerKeys = ["id", "uses", "with"] as const;
export const concurrencyKeys = ["limit", "key", "overflow"] as const;
export const retentionKeys = ["runs", "days"] as const;
export const retryKeys = ["attempts", "initial_delay", "backoff_factor", "max_delay", "jitter", "on"] as const;
export const approvalKeys = ["message", "approvers", "expires"] as const;
export const cacheKeys = ["key", "ttl"] as const;
