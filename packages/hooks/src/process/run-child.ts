import type { SpawnBroker } from "./broker/spawn-broker.ts";
import type { ChildOptions, ChildResult } from "./child.ts";
import { runHere } from "./run-here.ts";

/**
 * Resident bytes from which a spawn of our own stops the event loop for longer (4 to 6 ms, 20 to 40 at 500 MB) than
 * the way through the broker takes. Only Linux copies page tables to start a program.
 */
const largeBytes = 192 * 1_048_576;

let broker: SpawnBroker | undefined;
let isUnusable = false;
let starting: Promise<SpawnBroker | undefined> | undefined;

/**
 * Runs a program in a process group of its own to its end, and lets nothing of the group survive: not on an abort, not
 * when it prints too much, and not what it left behind in the background.
 * Rejects only when the program could not be started, or with what `beforeStart`, `onStdout` or `onStderr` threw.
 * @throws ProcessError
 */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  if (options.via === "direct" || !(options.via === "broker" || isLarge())) return runHere(options);
  const helper = broker?.isOpen ? broker : await startSpawnBroker();
  return helper ? helper.run(options) : runHere(options);
}

/**
 * Starts the helper now, before this process is large; otherwise it starts when it is first needed.
 * @returns nothing when there is no helper here: on Windows, and in sources that were not built
 */
export async function startSpawnBroker(): Promise<SpawnBroker | undefined> {
  if (broker?.isOpen) return broker;
  if (isUnusable) return undefined;
  starting ??= start();
  broker = await starting;
  starting = undefined;
  isUnusable = broker === undefined;
  return broker;
}

async function start(): Promise<SpawnBroker | undefined> {
  const { createSpawnBroker } = await import("./broker/spawn-broker.ts");
  const helper = createSpawnBroker();
  return (await helper?.ready) ? helper : undefined;
}

function isLarge(): boolean {
  return process.platform === "linux" && (broker?.isOpen || process.memoryUsage.rss() > largeBytes);
}
