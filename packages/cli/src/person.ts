import { userInfo } from "node:os";
import type { Call } from "./command.ts";
import { usageError } from "./command-error.ts";

const longestName = 200;

export const asOption = {
  flags: "--as <name>",
  description: "Who decides. Default: your user name",
} as const;

/** Who is before the terminal, or who `--as` says it is. */
export function personOf(call: Call): string {
  const { as } = call.options;
  if (typeof as !== "string") return userName();
  const name = as.trim();
  if (name === "" || name.length > longestName)
    throw usageError(`--as takes a name of 1 to ${longestName} characters.`);
  return name;
}

/** A user without an entry has no name but a number. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
