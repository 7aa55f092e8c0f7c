import { Worker } from "node:worker_threads";
import { onGroupChange } from "@pawl/hooks/process";

/** Milliseconds that a worker gets to end by itself when its supervisor is gone. */
const graceMs = 300;

/**
 * Runs beside the main thread, which may be blocked: descriptor 4 is a pipe that nobody writes to, and its end is the end
 * of the supervisor. Then it ends the programs of this process, as far as it was told, and the process.
 */
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
new Socket({ fd: 4 }).on("error", () => {}).on("close", end).resume();
`;

/** Ends this process when its supervisor ends, even while its event loop is blocked. */
export function watchSupervisor(): void {
  const watch = new Worker(script, { eval: true, workerData: { pid: process.pid, graceMs }, execArgv: [] });
  watch.unref();
  watch.on("error", () => {}); // the line to the supervisor tells of its end too, unless we are blocked
  onGroupChange((group, isAlive) => watch.postMessage({ group, isAlive }));
}
