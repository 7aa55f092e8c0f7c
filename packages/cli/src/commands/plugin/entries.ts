import type { CommandEntry } from "../../command.ts";

/** `pawl plugin …` */
export const pluginCommands: readonly CommandEntry[] = [
  { name: "list", summary: "List the plugins and what each brings", load: () => import("./list.ts") },
  { name: "add", summary: "Install a plugin, and try it", load: () => import("./add.ts") },
  { name: "remove", summary: "Uninstall a plugin", load: () => import("./remove.ts") },
  { name: "new", summary: "Write a first plugin", load: () => import("./new.ts") },
];
