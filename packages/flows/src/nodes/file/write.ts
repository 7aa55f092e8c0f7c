import { writeFile } from "node:fs/promises";
import { replaceFile } from "./atomic.ts";
import { contentNode } from "./content-node.ts";

export const fileWrite: ReturnType<typeof contentNode> = contentNode({
  name: "file.write",
  description: "Writes a file as a whole: readers see the old text or the new one.",
  otherValues: "written as JSON",
  textOf: (value) => `${JSON.stringify(value, null, 2)}\n`,
  put: (path, text, encoding) => replaceFile(path, (temporary) => writeFile(temporary, text, encoding)),
});
