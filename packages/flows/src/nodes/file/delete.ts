import { lstat, realpath, rm, unlink } from "node:fs/promises";
import { z } from "zod";
import { type NodeDefinition, NodeError, node } from "../node.ts";
import { allowOutsideProject, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

const input = z.strictObject({
  path,
  recursive: z.boolean().default(false).describe("Permits a folder, with everything in it."),
  missing_ok: z.boolean().default(true).describe("Whether it is fine when nothing is there."),
  allow_outside_project: allowOutsideProject,
});

/** Its output says whether something was there. A symbolic link is deleted, not what it leads to. */
export const fileDelete: NodeDefinition<z.infer<typeof input>> = node({
  name: "file.delete",
  description: "Deletes a file, or a folder with `recursive`.",
  input,
  async run(given, context) {
    try {
      const options = { allowOutside: given.allow_outside_project, keepLastLink: true };
      const real = await projectPath(context.projectDir, given.path, options);
      if (real === (await realpath(context.projectDir))) {
        throw new NodeError("The project folder itself is not deleted.", { code: "outside-project" });
      }
      return { deleted: await remove(real, given) };
    } catch (error) {
      throw asNodeError(error, given.path);
    }
  },
});

async function remove(real: string, given: z.infer<typeof input>): Promise<boolean> {
  try {
    const isFolder = (await lstat(real)).isDirectory();
    if (!isFolder) await unlink(real);
    else if (given.recursive) await rm(real, { recursive: true });
    else throw new NodeError(`"${given.path}" is a folder; \`recursive: true\` deletes it.`, { code: "file-eisdir" });
    return true;
  } catch (error) {
    if (given.missing_ok && (error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
