import type { Command } from "../command.ts";
import { decideCommand } from "./decide.ts";

export const command: Command = decideCommand("approve", {
  details: "Let a step that waits for approval run. Who approved it and the comment are kept.",
  examples: ["pawl approve 01JD8Z3K5M7QX", 'pawl approve 01JD8Z3K5M7QX deploy --comment "after the backup"'],
});
