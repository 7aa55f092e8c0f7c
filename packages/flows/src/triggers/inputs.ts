import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";

/** A duration as people write it, given on as milliseconds. Zero is refused: nothing here may go round without a pause. */
export const duration: z.ZodPipe<
  z.ZodUnion<readonly [z.ZodNumber, z.ZodString]>,
  z.ZodTransform<number, string | number>
> = z.union([z.number(), z.string()]).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: "custom", message: `"${value}" is not a duration like 30s, 5m or 1h30m` });
  return z.NEVER;
});

/** How much is read of what comes over HTTP: all of it is held at once. */
export const maxBytes: z.ZodDefault<z.ZodNumber> = z
  .number()
  .int()
  .min(1)
  .max(64 * 1024 * 1024)
  .default(1024 * 1024);

/** One text or several. */
export const texts: z.ZodPipe<
  z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>,
  z.ZodTransform<string[], string | string[]>
> = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((value) => [value].flat());
