import { expect, test } from "vitest";
import { hookManifestSchema, manifestKeySchemas } from "../../src/discovery/manifest-schema.ts";
import { manifestKeys } from "../../src/discovery/parse-manifest.ts";

test("the schema for editors has every key of the front matter, with a description, and no other", () => {
  expect(Object.keys(manifestKeySchemas).sort()).toEqual([...manifestKeys].sort());
  for (const schema of Object.values(manifestKeySchemas)) expect(schema.description).toBeTypeOf("string");
  expect(JSON.stringify(hookManifestSchema())).toContain("PreToolUse");
});
