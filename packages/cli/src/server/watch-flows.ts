import { join } from "node:path";
import type { Logger } from "@pawl/hooks/guard";

/** Editors write a file in several steps; after so long without a further one it is read. */
const settleMs = 80;

export interface FlowWatcher {
  close(): Promise<void>;
}

/** Calls `onChange` after files in `flows/` have changed, never twice at a time. The folder may come later. */
export async function watchFlows(projectDir: string, onChange: () => Promise<void>, log: Logger): Promise<FlowWatcher> {
  const { watch } = await import("chokidar");
  const folder = join(projectDir, "flows");
  // The project folder is watched for the sake of a `flows` that does not exist yet; nothing else in it is looked at.
  const watcher = watch(projectDir, {
    ignoreInitial: true,
    ignored: (path) => path !== projectDir && path !== folder && !path.startsWith(`${folder}/`),
  });
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(onChange).catch((error: unknown) => log.error(`The flow files could not be read: ${error}`));
    }, settleMs);
  });
  watcher.on("error", (error) => log.error(`The flow files can no longer be watched: ${error}`));
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await turn;
    },
  };
}
