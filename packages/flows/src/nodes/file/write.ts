import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";
import { replaceFile } from "./atomic.ts";
import { allowOutsideProject, encoding, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

const input = z.strictObject({
  path,
  content: z.unknown().describe("Text; maps, lists and other values are written as JSON."),
  encoding,
  allow_outside_project: allowOutsideProject,
});

/** Its output is the absolute path. */
export const fileWrite: NodeDefinition<z.infer<typeof input>> = node({
  name: "file.write",
  description: "Writes a file as a whole: readers see the old text or the new one.",
  input,
  async run(given, context) {
    try {
      const real = await projectPath(context.projectDir, given.path, { allowOutside: given.allow_outside_project });
      await replaceFile(real, (temporary) => writeFile(temporary, contentText(given.content), given.encoding));
      return real;
    } catch (error) {
      throw asNodeError(error, given.path);
    }
  },
});

export function contentText(content: unknown): string {
  return typeof content === "string" ? content : `${JSON.stringify(content ?? null, null, 2)}\n`;
}
