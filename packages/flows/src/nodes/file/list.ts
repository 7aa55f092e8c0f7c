import { readdir } from "node:fs/promises";
import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";
import { allowOutsideProject, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

const input = z.strictObject({ path: path.default("."), allow_outside_project: allowOutsideProject });

/** Its output is the list of names, without folders before them. */
export const fileList: NodeDefinition<z.infer<typeof input>> = node({
  name: "file.list",
  description: "The names in a folder, sorted.",
  input,
  async run(given, context) {
    try {
      const real = await projectPath(context.projectDir, given.path, { allowOutside: given.allow_outside_project });
      return (await readdir(real)).sort();
    } catch (error) {
      throw asNodeError(error, given.path);
    }
  },
});
