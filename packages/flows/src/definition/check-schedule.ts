import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import { isScalar } from "yaml";
import { hasExpression } from "../expression/split-text.ts";
import { type Field, type Fields, given } from "./map-reader.ts";
import { report, type SourceFile } from "./source-file.ts";

/** Inputs of `cron` that are judged here, and not by its schema. */
export const scheduleInputs: readonly string[] = ["schedule", "expression", "timezone"];

/** A cron expression is tried with the library that will run it. */
export async function checkSchedule(source: SourceFile, inputs: Fields): Promise<void> {
  for (const key of ["schedule", "expression"]) {
    const field = given(inputs, key);
    const text = literal(field);
    if (field && text !== undefined) await checkCron(source, field, text.replace(/^\s*CRON_TZ=\S+\s+/, ""));
  }
  const zone = given(inputs, "timezone");
  const name = literal(zone);
  if (zone && name !== undefined) checkTimeZone(source, zone, name);
}

function literal(field: Field | undefined): string | undefined {
  const value = isScalar(field?.node) ? field.node.value : undefined;
  return typeof value === "string" && !hasExpression(value) ? value : undefined;
}

async function checkCron(source: SourceFile, field: Field, text: string): Promise<void> {
  const { Cron } = await import("croner");
  const fields = text.trim().split(/\s+/).length;
  let reason: string | undefined;
  try {
    if (!text.startsWith("@") && fields !== 5 && fields !== 6)
      reason = `it has ${fields} fields, and 5 or 6 are expected`;
    else if (!new Cron(text, { paused: true }).nextRun()) reason = "it never comes true";
  } catch (error) {
    reason = (error as Error).message.replace(/^Cron\w*: /, "").replace(/\.$/, "");
  }
  if (reason === undefined) return;
  report(source, field.span, { code: "invalid-cron", message: `"${text}" is not a cron expression: ${reason}.` });
}

function checkTimeZone(source: SourceFile, field: Field, name: string): void {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
  } catch {
    const known = Intl.supportedValuesOf("timeZone");
    const message = `There is no time zone "${name}".${didYouMean(name, known)}`;
    report(source, field.span, { code: "unknown-time-zone", message, hint: nearest(name, known) });
  }
}
