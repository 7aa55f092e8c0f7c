import { endGroup, type ProcessIdentity } from "@pawl/hooks/process";

/** What a dead owner left behind gets less time than a child in service, so that a cancel takes less than a second. */
const orphanGraceMs = 500;

/** Ends the process group of a step that was cut off, and resolves when nothing of it is left. */
export async function endChild(child: ProcessIdentity): Promise<void> {
  await endGroup(child, orphanGraceMs);
}
