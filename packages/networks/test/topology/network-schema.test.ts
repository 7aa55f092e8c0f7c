import { expect, test } from "vitest";
import { networkSchema, podKeySchemas } from "../../src/topology/network-schema.ts";
import { allPodKeys } from "../../src/topology/read-pod.ts";

test("the schema for editors has every key that a pod may have, with a description, and no other", () => {
  expect(Object.keys(podKeySchemas).sort()).toEqual([...allPodKeys].sort());
  for (const [description] of Object.values(podKeySchemas)) expect(description).toMatch(/\.$/);
  expect(JSON.stringify(networkSchema())).toContain("aggregator");
});
