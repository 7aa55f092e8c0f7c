import type { TriggerDefinition } from "./trigger.ts";

/** A trigger that comes with Pawl: known by name and description, loaded when it is first used. */
export interface BuiltInTrigger {
  readonly name: string;
  readonly description: string;
  load(): Promise<TriggerDefinition>;
}

/** Whatever its input is: it is validated by the trigger's own schema before it is called. */
function builtIn<Input>(
  name: string,
  description: string,
  load: () => Promise<TriggerDefinition<Input>>,
): BuiltInTrigger {
  return { name, description, load: load as () => Promise<TriggerDefinition> };
}

export const builtInTriggers: readonly BuiltInTrigger[] = [
  builtIn("cron", "At the times of a schedule.", async () => (await import("./cron.ts")).cron),
  builtIn("file.watch", "When files of the project are added, changed or deleted.", async () => {
    return (await import("./file-watch/file-watch.ts")).fileWatch;
  }),
  builtIn("flow.completed", "When a run of another flow has ended.", async () => {
    return (await import("./flow-completed.ts")).flowCompleted;
  }),
  builtIn("http.poll", "When what a URL answers has changed.", async () => (await import("./http-poll.ts")).httpPoll),
  builtIn("interval", "Again and again after the same time.", async () => (await import("./interval.ts")).interval),
  builtIn("startup", "Once when the server starts.", async () => (await import("./startup.ts")).startup),
  builtIn("webhook.receive", "When a request is sent to the flow's own path.", async () => {
    return (await import("./webhook/webhook.ts")).webhookReceive;
  }),
];
