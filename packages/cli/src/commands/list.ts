import type { CommandEntry } from "../command.ts";
import { hooksCommands } from "./hooks/entries.ts";
import { networkCommands } from "./network/list.ts";
import { pluginCommands } from "./plugin/entries.ts";
import { serviceCommands } from "./service/entries.ts";

/**
 * Every command. To add one: write `commands/NAME.ts` that exports `command`, and name it here. A family
 * (`pawl hooks …`) is an entry with `commands`, a list of the same kind that stands in its own folder.
 */
export const commands: readonly CommandEntry[] = [
  { name: "run", group: "Flows", summary: "Run a flow and show its steps", load: () => import("./run.ts") },
  { name: "serve", group: "Flows", summary: "Start runs when triggers fire", load: () => import("./serve.ts") },
  {
    name: "validate",
    group: "Flows",
    summary: "Check flow files, list every mistake",
    load: () => import("./validate.ts"),
  },
  { name: "test", group: "Flows", summary: "Run the tests of flows, on mocks", load: () => import("./test.ts") },
  { name: "inspect", group: "Flows", summary: "Show what a flow resolves to", load: () => import("./inspect.ts") },
  { name: "graph", group: "Flows", summary: "Print a flow as a Mermaid graph", load: () => import("./graph.ts") },
  { name: "schema", group: "Flows", summary: "Print a JSON Schema for editors", load: () => import("./schema.ts") },
  { name: "nodes", group: "Flows", summary: "List what a step can do", load: () => import("./nodes.ts") },
  { name: "triggers", group: "Flows", summary: "List what can start a run", load: () => import("./triggers.ts") },
  {
    name: "functions",
    group: "Flows",
    summary: "List what expressions can call",
    load: () => import("./functions.ts"),
  },
  { name: "runs", group: "Runs", summary: "List runs, newest first", load: () => import("./runs.ts") },
  { name: "show", group: "Runs", summary: "Show a run and its steps", load: () => import("./show.ts") },
  { name: "trace", group: "Runs", summary: "Show what an event has led to", load: () => import("./trace.ts") },
  { name: "logs", group: "Runs", summary: "Show what a run wrote", load: () => import("./logs.ts") },
  { name: "cancel", group: "Runs", summary: "End a run", load: () => import("./cancel.ts") },
  {
    name: "approvals",
    group: "Runs",
    summary: "List steps that wait for a person",
    load: () => import("./approvals.ts"),
  },
  { name: "approve", group: "Runs", summary: "Let a waiting step run", load: () => import("./approve.ts") },
  { name: "reject", group: "Runs", summary: "Make a waiting step fail", load: () => import("./reject.ts") },
  { name: "input", group: "Runs", summary: "Give a step the value it asks for", load: () => import("./input.ts") },
  { name: "resume", group: "Runs", summary: "Go on with runs that were cut off", load: () => import("./resume.ts") },
  { name: "replay", group: "Runs", summary: "Repeat a run from a step on", load: () => import("./replay.ts") },
  {
    name: "hooks",
    group: "Hooks",
    summary: "List, check, fire and trust the lifecycle hooks of agents",
    commands: hooksCommands,
  },
  { name: "init", group: "Project", summary: "Write a first project into a folder", load: () => import("./init.ts") },
  {
    name: "status",
    group: "Project",
    summary: "Show flows, triggers and what goes on",
    load: () => import("./status.ts"),
  },
  {
    name: "service",
    group: "Project",
    summary: "Run pawl serve in the background",
    commands: serviceCommands,
  },
  { name: "doctor", group: "Project", summary: "Look for what is wrong here", load: () => import("./doctor.ts") },
  {
    name: "trust",
    group: "Project",
    summary: "Let reading commands import this code",
    load: () => import("./trust.ts"),
  },
  {
    name: "plugin",
    group: "Project",
    summary: "Add, list, write and remove plugins",
    commands: pluginCommands,
  },
  { name: "prune", group: "Project", summary: "Take out old runs", load: () => import("./prune.ts") },
  { name: "completion", group: "Project", summary: "Complete names in a shell", load: () => import("./completion.ts") },
  { name: "complete", isHidden: true, summary: "Answer a shell's completion", load: () => import("./complete.ts") },
  {
    name: "network",
    group: "Networks",
    summary: "Networks of pods: check, run, send, look after",
    commands: networkCommands,
  },
];
