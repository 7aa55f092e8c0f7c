/** The names an expression may begin with. `item`, `index` and `parent` exist inside loops only. */
export const rootNames: readonly string[] = [
  "steps",
  "env",
  "vars",
  "inputs",
  "secrets",
  "visits",
  "trigger",
  "run",
  "flow",
];
export const loopNames: readonly string[] = ["item", "index", "parent"];

/** What `steps.ID` offers beside the children of a group. */
export const stepFields: readonly string[] = ["output", "error", "status", "attempts", "visits"];

/** What `trigger` offers. */
export const triggerFields: readonly string[] = ["type", "payload", "event", "run_id", "event_id", "time"];
