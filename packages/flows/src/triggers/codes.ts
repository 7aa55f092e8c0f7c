/** Everything that can be wrong with a trigger while it runs. A closed list: docs/reference/errors has one entry each. */
export const triggerCodes = {
  "duplicate-trigger": "Two sources define a trigger of the same name.",
  "unknown-trigger": "`uses` of a trigger names a trigger that is not registered.",
  "invalid-input": "The trigger's `with` does not fit what it takes.",
  "trigger-failed": "The trigger threw an error; it is started again after a pause.",
  "trigger-ended": "The trigger returned although nobody stopped it; it is started again after a pause.",
  "trigger-stuck": "The trigger did not stop within its grace and was left behind.",
  "invalid-payload": "What the trigger gave cannot be stored: it is not JSON, or too large.",
  "event-refused": "The flow cannot be started by this event.",
  overflow: "The flow has its limit of runs, and its overflow policy drops this event.",
  "events-lost": "Events came faster than the trigger could keep them; the source does not send them again.",
  "event-not-queued": "The event could not be queued yet; it is tried again.",
  "no-server": "The trigger needs an HTTP server, and none runs beside the engine.",
  "path-taken": "Another trigger has the same method and path.",
  "outside-project": "The trigger would watch something outside the project folder.",
  "no-next-firing": "The schedule has no moment in the future.",
  "own-flow": "A flow cannot wait for its own completion: it would never end.",
} as const;

export type TriggerCode = keyof typeof triggerCodes;
