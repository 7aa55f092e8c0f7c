import { Worker } from "node:worker_threads";
import { onGroupChange } from "../process/living-groups.ts";

/** The descriptor of a pipe that nobody writes to: its end is the end of the parent. */
export const parentPipe = 4;
/** Milliseconds that a process gets to end by itself when its parent is gone. */
const graceMs = 300;

/** Runs beside the main thread, which may be blocked: ends the programs of this process, as far as it was told, and it. */
const script = `
const { Socket } = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const groups = new Set();
parentPort.on("message", ({ group, isAlive }) => (isAlive ? groups.add(group) : groups.delete(group)));
const kill = (id) => { try { process.kill(id, "SIGKILL"); } catch {} };
const end = () => setTimeout(() => {
  for (const group of groups) kill(-group);
  kill(workerData.pid);
}, workerData.graceMs);
new Socket({ fd: workerData.fd }).on("error", () => {}).on("close", end).resume();
`;

/** Ends this process when the one that started it ends, even while its event loop is blocked. */
export function watchParent(): void {
  const workerData = { pid: process.pid, graceMs, fd: parentPipe };
  const watch = new Worker(script, { eval: true, workerData, execArgv: [] });
  watch.unref();
  watch.on("error", () => {}); // the line to the parent tells of its end too, unless we are blocked
  onGroupChange((group, isAlive) => watch.postMessage({ group, isAlive }));
}
