import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { HookRecord } from "@pawl/hooks";
import type { Call } from "../../command.ts";
import { notFound } from "../../command-error.ts";

/** The records of a file. Lines that are none are told and left out. */
export async function openRecords(call: Call, standing: string): Promise<HookRecord[]> {
  const { readRecords } = await import("@pawl/hooks");
  const file = call.arguments[0] === undefined ? standing : resolve(call.cwd, call.arguments[0]);
  if (!existsSync(file)) throw notFound(`There are no records in ${file}.`, "pawl hooks record EVENT < input.json");
  const { records, diagnostics } = readRecords(file);
  for (const { line, message } of diagnostics) call.terminal.note(`${file}:${line}  ${message}`);
  return records;
}
