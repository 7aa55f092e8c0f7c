import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder that goes away with this process. `PAWL_BENCH_DIR` is for a disk that is not the one of /tmp. */
export function temporaryFolder(name = "pawl-bench-") {
  const folder = mkdtempSync(join(process.env.PAWL_BENCH_DIR ?? tmpdir(), name));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
