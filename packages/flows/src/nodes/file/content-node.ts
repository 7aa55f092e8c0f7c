import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";
import { allowOutsideProject, encoding, path } from "./inputs.ts";
import { asNodeError, projectPath } from "./project-path.ts";

export interface ContentNode {
  readonly name: string;
  readonly description: string;
  /** How a value that is no text is written, for the reference: `as JSON`. */
  readonly otherValues: string;
  readonly textOf: (value: unknown) => string;
  readonly put: (path: string, text: string, encoding: BufferEncoding) => Promise<void>;
}

interface ContentInput {
  readonly path: string;
  readonly content?: unknown;
  readonly encoding: BufferEncoding;
  readonly allow_outside_project: boolean;
}

/** A node that puts content into a file of the project. Its output is the absolute path. */
export function contentNode({
  name,
  description,
  otherValues,
  textOf,
  put,
}: ContentNode): NodeDefinition<ContentInput> {
  const input = z.strictObject({
    path,
    content: z.unknown().describe(`Text; maps, lists and other values are ${otherValues}.`),
    encoding,
    allow_outside_project: allowOutsideProject,
  });
  return node({
    name,
    description,
    input,
    async run(given, context) {
      try {
        const real = await projectPath(context.projectDir, given.path, { allowOutside: given.allow_outside_project });
        const text = typeof given.content === "string" ? given.content : textOf(given.content ?? null);
        await put(real, text, given.encoding);
        return real;
      } catch (error) {
        throw asNodeError(error, given.path);
      }
    },
  });
}
