import { open } from "node:fs/promises";
import { z } from "zod";
import { type NodeDefinition, NodeError, node } from "../node.ts";
import { allowOutsideProject, encoding, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

const input = z.strictObject({
  path,
  encoding,
  max_bytes: z
    .number()
    .int()
    .positive()
    .default(16 * 1024 * 1024)
    .describe("A larger file fails the step."),
  allow_outside_project: allowOutsideProject,
});

/** Its output is the text. */
export const fileRead: NodeDefinition<z.infer<typeof input>> = node({
  name: "file.read",
  description: "The text of a file of the project.",
  input,
  async run(given, context) {
    try {
      const real = await projectPath(context.projectDir, given.path, { allowOutside: given.allow_outside_project });
      return await readAtMost(real, given);
    } catch (error) {
      throw asNodeError(error, given.path);
    }
  },
});

async function readAtMost(real: string, given: z.infer<typeof input>): Promise<string> {
  const file = await open(real, "r");
  try {
    const { size } = await file.stat();
    if (size > given.max_bytes) {
      throw new NodeError(`"${given.path}" has ${size} bytes; max_bytes allows ${given.max_bytes}.`, {
        code: "too-large",
      });
    }
    return await file.readFile({ encoding: given.encoding });
  } finally {
    await file.close();
  }
}
