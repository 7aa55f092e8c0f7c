import { setTimeout as delay } from "node:timers/promises";
import { identify, type ProcessIdentity } from "@pawl/hooks/process";

const patienceMs = 2_000;

/** Ends the process group that a dead owner left behind, and resolves when nothing of it is left. */
export async function endChild(child: ProcessIdentity): Promise<void> {
  const now = identify(child.pid);
  // Somebody else has that process id now, so its group went before.
  if (now !== undefined && now.startTime !== child.startTime) return;
  const deadline = performance.now() + patienceMs;
  while (killGroup(child.pid) && performance.now() < deadline) await delay(5);
}

/** False when there is no such group. */
function killGroup(pid: number): boolean {
  try {
    process.kill(-pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}
