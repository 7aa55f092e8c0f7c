import { z } from "zod";

const encodings = ["utf8", "utf-8", "latin1", "base64", "hex", "ascii", "utf16le"] as const;

/** What every node of this folder takes. */
export const allowOutsideProject: z.ZodDefault<z.ZodBoolean> = z
  .boolean()
  .default(false)
  .describe("Permits paths outside the project folder.");

export const encoding: z.ZodDefault<z.ZodEnum<{ [Name in (typeof encodings)[number]]: Name }>> = z
  .enum(encodings)
  .default("utf8");

export const path: z.ZodString = z.string().min(1).describe("From the project folder, or absolute.");
