/** What is told of flows, of their triggers and of the project: when, and what stands in `data`. */
export const eventTypes = {
  "run-queued": { when: "a run is durable", data: "`trigger`; of a sub-run `parent` and `record`" },
  "run-started": { when: "an owner begins it" },
  "run-resumed": { when: "another owner goes on with it", data: "`starts`: how often it was begun" },
  "run-waiting": {
    when: "nothing happens but sleeps and waits; with a `recordId`: a step asks a person",
    data: "of a question: `kind`, `id`, `message`, `approvers`, `asked_at`, `expires_at`, `input`",
  },
  "run-answered": { when: "a person has answered a step", data: "`kind`, `id`, `decision`, `by`, `comment`" },
  "run-ended": { when: "it has ended", data: "`status`, `durationMs`, `error`" },
  "step-started": { when: "a record begins" },
  "step-attempt": { when: "an attempt failed and another follows", data: "`number`, `error`" },
  "step-ended": { when: "a record has ended", data: "`step`, `status`, `durationMs`, `reason`, `error`" },
  "step-progress": { when: "a node says how far it is", data: "`current`, `total`" },
  log: { when: "a node or hook logs", data: "`level`, `message`, `fields`" },
  stdout: { when: "a program writes", data: "the text" },
  stderr: { when: "a program writes", data: "the text" },
  "trigger-started": { when: "a trigger runs", data: "`trigger`, `uses`" },
  "trigger-fired": { when: "a trigger started a run", data: "`trigger`, `eventId`" },
  "trigger-failed": { when: "a trigger failed; it is started again", data: "`trigger`, `code`, `message`" },
  "trigger-dropped": { when: "an event has no run", data: "`trigger`, `code`, `message`" },
  "trigger-stopped": { when: "a trigger was stopped", data: "`trigger`, `uses`" },
  "hook-failed": { when: "a step hook failed, without effect" },
  "hooks-ran": {
    when: "lifecycle hooks of agents met a step",
    data: "`event`, `decision`, `reason`, `rewritten`, `hooks`",
  },
  "project-changed": {
    when: "flow files or plugins have changed under `pawl serve`",
    data: "`changed`, `removed`, `broken`, `plugins`",
  },
} as const satisfies Readonly<Record<string, { readonly when: string; readonly data?: string }>>;

export type EventType = keyof typeof eventTypes;
