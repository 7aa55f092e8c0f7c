import type { Database } from "../sqlite/index.ts";
import { OwnerTable } from "./owner-table.ts";
import { RunTable } from "./run-table.ts";
import { StepTable } from "./step-table.ts";
import { WaitTable } from "./wait-table.ts";

/** The tables behind the durability port. */
export interface Tables {
  readonly runs: RunTable;
  readonly steps: StepTable;
  readonly waits: WaitTable;
  readonly owners: OwnerTable;
}

export function createTables(database: Database): Tables {
  return {
    runs: new RunTable(database),
    steps: new StepTable(database),
    waits: new WaitTable(database),
    owners: new OwnerTable(database),
  };
}
