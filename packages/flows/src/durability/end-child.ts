import { endGroup, type ProcessIdentity } from "@pawl/hooks/process";

/** Less time than a child in service gets, so that a cancel takes less than a second. */
const graceMs = 500;

/** Ends the process group of a step that was cut off or cancelled, and resolves when nothing of it is left. */
export async function endChild(child: ProcessIdentity): Promise<void> {
  await endGroup(child, graceMs);
}
