import type { Command } from "../../command.ts";
import { turnCommand } from "./turn.ts";

export const command: Command = turnCommand(true);
