import type { CommandEntry } from "../../command.ts";

/** `pawl hooks …` */
export const hooksCommands: readonly CommandEntry[] = [
  { name: "list", summary: "List the hooks, and why some do not run", load: () => import("./list.ts") },
  { name: "check", summary: "Check hook and settings files and list every mistake", load: () => import("./check.ts") },
  {
    name: "explain",
    summary: "Say for each hook of an event whether it would run",
    load: () => import("./explain.ts"),
  },
  { name: "fire", summary: "Fire an event and print the verdict", load: () => import("./fire.ts") },
  { name: "trust", summary: "Let hooks of this project run as they are now", load: () => import("./trust.ts") },
  { name: "enable", summary: "Turn a hook on again", load: () => import("./enable.ts") },
  { name: "disable", summary: "Turn a hook off for you, in this project", load: () => import("./disable.ts") },
  { name: "new", summary: "Write a first hook", load: () => import("./new.ts") },
  { name: "record", summary: "Fire an event and add it to the records", load: () => import("./record.ts") },
  { name: "replay", summary: "Run records against the hooks of today", load: () => import("./replay.ts") },
  { name: "stats", summary: "Count and time the hooks in the records", load: () => import("./stats.ts") },
];
