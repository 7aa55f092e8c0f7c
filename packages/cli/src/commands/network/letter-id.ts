import { usageError } from "../../command-error.ts";

export function letterId(written: string | undefined): number {
  if (written !== undefined && /^\d{1,15}$/.test(written)) return Number(written);
  throw usageError(
    `A dead letter has a number; ${written === undefined ? "none" : `"${written}"`} came.`,
    "pawl network dlq list",
  );
}
