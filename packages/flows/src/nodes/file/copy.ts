import { copyFile } from "node:fs/promises";
import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";
import { replaceFile } from "./atomic.ts";
import { allowOutsideProject, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

const input = z.strictObject({ from: path, to: path, allow_outside_project: allowOutsideProject });

/** Its output is the absolute path of the copy, which appears as a whole. */
export const fileCopy: NodeDefinition<z.infer<typeof input>> = node({
  name: "file.copy",
  description: "Copies a file of the project.",
  input,
  async run({ from, to, allow_outside_project: allowOutside }, context) {
    try {
      const source = await projectPath(context.projectDir, from, { allowOutside });
      const target = await projectPath(context.projectDir, to, { allowOutside });
      await replaceFile(target, (temporary) => copyFile(source, temporary));
      return target;
    } catch (error) {
      throw asNodeError(error, from);
    }
  },
});
