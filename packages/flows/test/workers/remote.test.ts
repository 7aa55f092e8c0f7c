import { describe } from "vitest";
import { describeClaims } from "../durability/claims.contract.ts";
import { describeCutOff } from "../durability/cut-off.contract.ts";
import { describeDurability } from "../durability/durability.contract.ts";
import { sqliteHarness } from "../durability/harness.ts";
import { describeSharing } from "../durability/sharing.contract.ts";
import { remotely } from "./loopback.ts";

describe("the SQLite store with bodies that are executed over messages", () => {
  const harness = remotely(sqliteHarness());
  describeDurability(harness);
  describeClaims(harness);
  describeCutOff(harness);
  describeSharing(harness);
});
