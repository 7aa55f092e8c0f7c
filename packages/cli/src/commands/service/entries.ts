import type { CommandEntry } from "../../command.ts";

/** `pawl service …` */
export const serviceCommands: readonly CommandEntry[] = [
  { name: "start", summary: "Run pawl serve in the background", load: () => import("./start.ts") },
  { name: "stop", summary: "Let open runs end, and stop it", load: () => import("./stop.ts") },
  { name: "status", summary: "Say whether it runs, where and since when", load: () => import("./status.ts") },
  { name: "logs", summary: "Show what it wrote", load: () => import("./logs.ts") },
  { name: "run", isHidden: true, summary: "Be the service", load: () => import("./run.ts") },
];
