import type { CommandEntry } from "../command.ts";

/**
 * Every command. To add one: write `commands/NAME.ts` that exports `command`, and name it here. A family
 * (`pawl hooks …`) is an entry with `commands`, a list of the same kind that stands in its own folder.
 */
export const commands: readonly CommandEntry[] = [
  {
    name: "init",
    group: "Project",
    summary: "Write a first project into a folder",
    load: () => import("./init.ts"),
  },
  {
    name: "validate",
    group: "Flows",
    summary: "Check flow files and list every mistake",
    load: () => import("./validate.ts"),
  },
  {
    name: "trust",
    group: "Project",
    summary: "Let reading commands import the code of this project",
    load: () => import("./trust.ts"),
  },
];
