import type { CommandEntry } from "../../command.ts";

/** The commands of `pawl network`. */
export const networkCommands: readonly CommandEntry[] = [
  { name: "check", summary: "Check network files and list every mistake", load: () => import("./check.ts") },
  { name: "graph", summary: "Print a network as a Mermaid graph", load: () => import("./graph.ts") },
  { name: "new", summary: "Write a first network and the hooks of its pods", load: () => import("./new.ts") },
  { name: "up", summary: "Run all pods of a network in this process", load: () => import("./up.ts") },
  { name: "pod", summary: "Run one pod of a network in a process of its own", load: () => import("./pod.ts") },
  {
    name: "processes",
    summary: "Print the command line of each process of a network",
    load: () => import("./processes.ts"),
  },
  {
    name: "permissions",
    summary: "Print who may send what on a NATS server",
    load: () => import("./permissions.ts"),
  },
  { name: "set-up", summary: "Make the streams of a network on a NATS server", load: () => import("./set-up.ts") },
  { name: "trigger", summary: "Send one message into a network", load: () => import("./trigger.ts") },
  {
    name: "dlq",
    summary: "Look at messages that pods gave up on, and send them again",
    commands: [
      { name: "list", summary: "List dead letters, newest first", load: () => import("./dlq-list.ts") },
      { name: "show", summary: "Show one dead letter", load: () => import("./dlq-show.ts") },
      { name: "replay", summary: "Send dead letters again", load: () => import("./dlq-replay.ts") },
      { name: "purge", summary: "Forget dead letters", load: () => import("./dlq-purge.ts") },
    ],
  },
  { name: "status", summary: "Show how networks are", load: () => import("./status.ts") },
];
