import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { functionNames } from "../../src/expression/cel-functions.ts";
import { loopNames, rootNames, stepFields, triggerFields } from "../../src/expression/names.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/reference/expressions.md"), "utf8");

test.for([...functionNames, ...rootNames, ...loopNames, ...stepFields, ...triggerFields])(
  "the page on expressions names %s",
  (name) => {
    expect(page).toMatch(new RegExp(`[\`.( ]${name}\\b`));
  },
);
