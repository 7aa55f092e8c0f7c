import { describe } from "vitest";
import { describeClaims } from "./claims.contract.ts";
import { describeCutOff } from "./cut-off.contract.ts";
import { describeDurability } from "./durability.contract.ts";
import { sqliteHarness } from "./harness.ts";
import { describeSharing } from "./sharing.contract.ts";
import { describeStore } from "./store.contract.ts";

describe("the SQLite store", () => {
  const harness = sqliteHarness();
  describeDurability(harness);
  describeClaims(harness);
  describeCutOff(harness);
  describeSharing(harness);
  describeStore(harness);
});
