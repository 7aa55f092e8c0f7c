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

/** What other tools call things, and what is meant by it here. */
export const foreignKeys: Readonly<Record<string, readonly string[]>> = {
  action: ["uses"],
  args: ["with"],
  attempts: ["retry"],
  command: ["with"],
  condition: ["if"],
  continueOnError: ["continue_on_error"],
  "continue-on-error": ["continue_on_error"],
  environment: ["env"],
  for_each: ["loop"],
  foreach: ["loop"],
  input: ["with", "inputs"],
  inputs: ["with"],
  items: ["loop"],
  jobs: ["steps"],
  key: ["id"],
  matrix: ["loop"],
  name: ["id"],
  on: ["trigger"],
  on_exit: ["finally"],
  options: ["choices"],
  output: ["outputs"],
  params: ["with", "inputs"],
  parameters: ["with", "inputs"],
  retires: ["retry"],
  retries: ["retry"],
  run: ["uses"],
  schedule: ["trigger"],
  tasks: ["steps"],
  timeout_seconds: ["timeout"],
  type: ["uses"],
  vars: ["inputs", "env"],
  when: ["if"],
  with_items: ["loop"],
};
