import { cpus, loadavg, release, totalmem, type } from "node:os";

/** One line about where the numbers come from. */
export function describeMachine() {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpu?.model.trim() ?? "unknown CPU"}, ${memory} GiB, ${type()} ${release()}, Node ${process.version}`;
}

export function describeLoad() {
  const [one, five] = loadavg();
  return `load ${one.toFixed(2)} (1 min), ${five.toFixed(2)} (5 min)`;
}
