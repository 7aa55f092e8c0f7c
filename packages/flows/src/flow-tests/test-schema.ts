import { type JsonSchema, mapOf } from "../definition/key-table.ts";
import { testFileKeys } from "./test-keys.ts";

/** JSON Schema (draft 7) of test files, for editors. */
export function flowTestSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pawl flow tests",
    ...mapOf(testFileKeys, { required: ["tests"] }),
  };
}
