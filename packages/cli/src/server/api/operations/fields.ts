import type { Json } from "@pawl/flows";
import { z } from "zod";

/** A whole number of a query within its bounds, and its default. */
export function wholeNumber(min: number, max: number, otherwise: number): z.ZodDefault<z.ZodCoercedNumber<string>> {
  const message = `a whole number from ${min} to ${max}`;
  return z.coerce.number<string>(message).int(message).min(min, message).max(max, message).default(otherwise);
}

export function text(max: number): z.ZodString {
  const message = `a text of at most ${max} characters`;
  return z.string(message).max(max, message);
}

/** Any value of JSON in an answer. */
export const anyJson: z.ZodUnknown = z.unknown();

/** Any value of JSON in a request, which has been read as JSON already. */
export const givenJson: z.ZodCustom<Json, Json> = z.custom<Json>();

export const time: z.ZodNumber = z.number().meta({ description: "Milliseconds since 1970." });

export const diagnostic = z
  .object({
    code: z.string(),
    severity: z.enum(["error", "warning"]),
    message: z.string(),
    file: z.string().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
    length: z.int().optional(),
    hint: z.string().optional(),
  })
  .meta({ id: "Diagnostic", description: "One finding about a file. Lines and columns count from 1." });

export const failure = z.object({ code: z.string(), message: z.string() }).meta({ id: "Failure" });
