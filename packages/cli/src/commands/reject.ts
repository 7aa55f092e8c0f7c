import type { Command } from "../command.ts";
import { decideCommand } from "./decide.ts";

export const command: Command = decideCommand("reject", {
  details: "Make a step that waits for approval fail. Who rejected it and the comment are its reason.",
  examples: ['pawl reject 01JD8Z3K5M7QX --comment "not on a Friday"'],
});
