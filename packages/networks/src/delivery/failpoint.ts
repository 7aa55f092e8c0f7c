/** Where a process can be made to die, for the tests of what survives it. */
export type Failpoint = "after-hook" | "in-commit" | "after-commit" | "after-inject" | "before-close";

interface Armed {
  readonly point: string;
  readonly pod: string;
  left: number;
}

/** `PAWL_FAILPOINT=<point>:<pod or *>:<how many times it is passed before>`. */
function readArmed(): Armed | undefined {
  const [point, pod = "*", passes = "0"] = (process.env.PAWL_FAILPOINT ?? "").split(":");
  return point ? { point, pod, left: Number(passes) } : undefined;
}

const armed = readArmed();

/** Kills this process without a chance to clean up, when it is armed and its turn has come. */
export function failpoint(point: Failpoint, pod: string): void {
  if (armed === undefined) return;
  if (armed.point !== point || (armed.pod !== "*" && armed.pod !== pod && pod !== "*")) return;
  if (armed.left-- <= 0) process.kill(process.pid, "SIGKILL");
}
