import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../harness/folder.js";
import { subject } from "../../harness/subject.js";

// What the disk gives: 4 KiB appended and synced.
subject(({ isQuick }) => {
  const file = openSync(join(temporaryFolder(), "floor"), "a");
  const page = Buffer.alloc(4_096, 1);
  const count = isQuick ? 400 : 2_000;
  const begin = performance.now();
  for (let index = 0; index < count; index++) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  return (count / (performance.now() - begin)) * 1_000;
});
