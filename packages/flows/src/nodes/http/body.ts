import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { asNodeError, projectPath } from "../file/project-path.ts";
import type { NodeContext } from "../node.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const filePart = z.strictObject({
  file: z.string().min(1).describe("A file of the project."),
  filename: z.string().optional(),
  type: z.string().optional().describe("Its content type."),
});

/** The ways to give a body; at most one of them. */
export const bodyInputs = {
  body: z.string().optional().describe("Text, sent as it is."),
  json_body: z.unknown().optional().describe("Sent as JSON."),
  data: z.record(z.string(), scalar).optional().describe("Sent as a form (application/x-www-form-urlencoded)."),
  multipart: z
    .record(z.string(), z.union([scalar, filePart]))
    .optional()
    .describe("Sent as multipart/form-data."),
} as const satisfies z.ZodRawShape;

const bodySchema = z.object(bodyInputs);
export type BodyInputs = z.infer<typeof bodySchema>;

export function hasOneBody(given: BodyInputs): boolean {
  return [given.body, given.json_body, given.data, given.multipart].filter((part) => part !== undefined).length <= 1;
}

/** What fetch takes. A content type the step names itself stays. */
export async function bodyOf(
  given: BodyInputs,
  context: NodeContext,
): Promise<{ body?: string | URLSearchParams | FormData; type?: string }> {
  if (given.json_body !== undefined) return { body: JSON.stringify(given.json_body), type: "application/json" };
  if (given.data) {
    const pairs = Object.entries(given.data).map(([name, value]): [string, string] => [name, String(value)]);
    return { body: new URLSearchParams(pairs) };
  }
  if (given.multipart) return { body: await formOf(given.multipart, context) };
  return given.body === undefined ? {} : { body: given.body };
}

async function formOf(parts: NonNullable<BodyInputs["multipart"]>, context: NodeContext): Promise<FormData> {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part !== "object") form.append(name, String(part));
    else form.append(name, await blobOf(part, context), part.filename ?? basename(part.file));
  }
  return form;
}

async function blobOf(part: z.infer<typeof filePart>, context: NodeContext): Promise<Blob> {
  try {
    const path = await projectPath(context.projectDir, part.file, { allowOutside: false });
    return new Blob([await readFile(path)], part.type === undefined ? {} : { type: part.type });
  } catch (error) {
    throw asNodeError(error, part.file);
  }
}
