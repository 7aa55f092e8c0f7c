import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";

export const url: z.ZodURL = z.url({ protocol: /^https?$/, error: "expected an http or https URL" });

export const allowInternal: z.ZodDefault<z.ZodBoolean> = z
  .boolean()
  .default(false)
  .describe("Permits internal addresses, though the host of the URL is not written in the flow file.");

export const headers: z.ZodDefault<
  z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodNumber, z.ZodBoolean]>>
> = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});

/** A duration, given on as milliseconds. */
export function timeout(
  defaultMs: number,
): z.ZodDefault<z.ZodPipe<z.ZodUnion<readonly [z.ZodNumber, z.ZodString]>, z.ZodTransform<number, string | number>>> {
  return z
    .union([z.number(), z.string()])
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms === undefined || ms === 0)
        context.addIssue({ code: "custom", message: "expected a duration like 30s or 5m" });
      return ms ?? 0;
    })
    .default(defaultMs);
}

export function plainHeaders(given: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}
