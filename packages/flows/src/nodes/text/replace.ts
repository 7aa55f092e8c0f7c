import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";

const input = z.strictObject({
  text: z.string(),
  old: z.string().min(1).describe("The text to look for, as it stands; not a pattern."),
  new: z.string(),
});

export const textReplace: NodeDefinition<z.infer<typeof input>> = node({
  name: "text.replace",
  description: "Replaces every occurrence of a text.",
  isPure: true,
  input,
  run: ({ text, old, new: replacement }) => text.replaceAll(old, () => replacement),
});
