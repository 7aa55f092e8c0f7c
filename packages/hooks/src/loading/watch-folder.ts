import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Calls `seen` with what changes in a folder, or with the folder when it is not there yet and begins to be. */
export function watchFolder(folder: string, seen: (file: string) => void): FSWatcher[] {
  try {
    const watcher = watch(folder, (_, name) => seen(name ? `${folder}/${name}` : folder));
    // A folder that goes away is seen by the watcher of the one above.
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return watchAbove(folder, seen);
  }
}

/** Waits for a folder that is not there yet, in the nearest one above it that is. */
function watchAbove(folder: string, seen: (file: string) => void): FSWatcher[] {
  let missing = folder;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  try {
    const watcher = watch(dirname(missing), (_, changed) => changed === basename(missing) && seen(folder));
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
