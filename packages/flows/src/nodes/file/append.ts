import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";
import { allowOutsideProject, encoding, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

const input = z.strictObject({
  path,
  content: z.unknown().describe("Text; maps, lists and other values are added as one line of JSON."),
  encoding,
  allow_outside_project: allowOutsideProject,
});

/** Its output is the absolute path. */
export const fileAppend: NodeDefinition<z.infer<typeof input>> = node({
  name: "file.append",
  description: "Adds text to the end of a file of the project.",
  input,
  async run(given, context) {
    try {
      const real = await projectPath(context.projectDir, given.path, { allowOutside: given.allow_outside_project });
      await mkdir(dirname(real), { recursive: true });
      const text = typeof given.content === "string" ? given.content : `${JSON.stringify(given.content ?? null)}\n`;
      await appendFile(real, text, given.encoding);
      return real;
    } catch (error) {
      throw asNodeError(error, given.path);
    }
  },
});
