import type { Call, Command } from "../../command.ts";
import { usageError } from "../../command-error.ts";
import { networkArgument } from "./network-file.ts";
import { transportOptions } from "./transport.ts";

/** What the commands take that do something with one dead letter of a network, or with all of them. */
export const oneOrAllLetters = {
  arguments: [networkArgument, { name: "[id]", description: "The number of the dead letter" }],
  options: [{ flags: "--all", description: "Every dead letter of the network" }, ...transportOptions],
} satisfies Partial<Command>;

/** Nothing for `--all`. */
export function oneOrAll({ options, arguments: [, written] }: Call): number | undefined {
  if (options.all === true) return undefined;
  if (written === undefined) throw usageError("Name a dead letter, or --all.", "pawl network dlq list");
  return letterId(written);
}

export function letterId(written: string | undefined): number {
  if (written !== undefined && /^\d{1,15}$/.test(written)) return Number(written);
  throw usageError(
    `A dead letter has a number; ${written === undefined ? "none" : `"${written}"`} came.`,
    "pawl network dlq list",
  );
}
