import type { FlowFile, FlowSet, LoadedProject, Retention, RetentionRule, Store } from "@pawl/flows";
import type { Logger } from "@pawl/hooks/guard";
import { catalogueOf } from "./catalogue.ts";

const hourMs = 3_600_000;
/** Between two times that a command takes out old runs on its way: it is what a project without a server has. */
export const commandEveryMs: number = 24 * hourMs;
/** For flows whose file cannot be read just now: nothing is taken out that it may want to keep. */
const everything: RetentionRule = { days: 10_000, runs: 1_000_000_000 };

/** What the flows of the project say for themselves, now. */
export async function retentionOf(loaded: LoadedProject): Promise<Retention> {
  const { parseFlowFiles, readFlowFiles } = await import("@pawl/flows");
  const files = loaded.project.isProject ? readFlowFiles(loaded.project.dir) : [];
  return { flows: rulesOf(files, await parseFlowFiles(files, await catalogueOf(loaded, files))) };
}

function rulesOf(files: readonly FlowFile[], set: FlowSet): Readonly<Record<string, RetentionRule>> {
  const rules: Record<string, RetentionRule> = {};
  for (const { name } of files) if (name !== undefined) rules[name] = everything;
  for (const { name, retention } of set.flows.values()) rules[name] = retention;
  return rules;
}

/** Takes out old runs at the start and every hour, until it is closed. */
export function startUpkeep(store: Store, loaded: LoadedProject, log: Logger): { close(): Promise<void> } {
  let turn: Promise<void> = Promise.resolve();
  let isClosed = false;
  const look = async () => {
    const { pruneWhenDue } = await import("@pawl/flows");
    if (isClosed) return;
    const pruned = await pruneWhenDue(store, () => retentionOf(loaded), { everyMs: hourMs });
    if (pruned !== undefined && pruned.runs > 0) log.info(`Old runs were taken out: ${pruned.runs}.`);
  };
  const next = () => {
    turn = turn.then(look).catch((error: unknown) => log.error(`Old runs could not be taken out: ${error}`));
  };
  next();
  const timer = setInterval(next, hourMs);
  return {
    close() {
      isClosed = true;
      clearInterval(timer);
      return turn;
    },
  };
}
