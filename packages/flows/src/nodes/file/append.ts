import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { contentNode } from "./content-node.ts";

export const fileAppend: ReturnType<typeof contentNode> = contentNode({
  name: "file.append",
  description: "Adds text to the end of a file of the project.",
  otherValues: "added as one line of JSON",
  textOf: (value) => `${JSON.stringify(value)}\n`,
  async put(path, text, encoding) {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, text, encoding);
  },
});
