import { randomUUID } from "node:crypto";
import { Reject } from "@pawl/networks";

/** Authentication and enrichment: who has no key is told so, who has one gets a task id. */
export function onTrigger(payload: Record<string, unknown>, headers: Record<string, string>) {
  const key = headers["x-api-key"];
  if (key === undefined || key !== process.env.EXPECTED_KEY) throw new Reject(401, "Unauthorized");
  return { task_id: randomUUID(), source: "gateway", data: payload };
}
