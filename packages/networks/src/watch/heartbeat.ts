import { Worker } from "node:worker_threads";

const beatMs = 500;
const silentMs = 5_000;

/** Two numbers shared with the thread that watches: the count of beats, and the pod whose hook runs (0 = none). */
const beatsAt = 0;
const runningAt = 1;

/** Plain text, because it must run whatever the loop of this process does, built or not. Writes to standard error itself. */
const watcher = `
const { workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const shared = new Int32Array(workerData.shared);
let last = -1;
let since = Date.now();
let told = 0;
setInterval(() => {
  const beats = Atomics.load(shared, ${beatsAt});
  const now = Date.now();
  if (beats !== last) { last = beats; since = now; told = 0; return; }
  const stood = now - since;
  if (stood < workerData.silentMs || stood < told * 2) return;
  told = stood;
  const name = workerData.names[Atomics.load(shared, ${runningAt}) - 1];
  const who = name === undefined ? "Something outside of any hook" : "The hook of " + name;
  writeSync(2, who + " has held the event loop for " + Math.round(stood / 1000) + " s and still does.\\n");
}, workerData.beatMs);
`;

/**
 * Reports a hook that never returns. The loop it holds cannot do so itself, so a thread listens for its beats.
 */
export class Heartbeat {
  readonly #shared = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;

  /** `names`: of pods, by their number; `silentAfterMs`: how long the loop may stand still. */
  constructor(names: readonly string[], silentAfterMs: number = silentMs) {
    const everyMs = Math.min(beatMs, Math.max(10, silentAfterMs / 4));
    const workerData = { shared: this.#shared.buffer, names, silentMs: silentAfterMs, beatMs: everyMs };
    this.#worker = new Worker(watcher, { eval: true, workerData, execArgv: [], stdout: false, stderr: false });
    this.#worker.unref();
    this.#timer = setInterval(() => Atomics.add(this.#shared, beatsAt, 1), everyMs);
    this.#timer.unref();
  }

  /** The hook of a pod begins; 0 when it has given the loop back. */
  running(pod: number): void {
    Atomics.store(this.#shared, runningAt, pod);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}
