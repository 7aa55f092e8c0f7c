import type { ExpressionScope } from "../../src/expression/template.ts";
import type { Json } from "../../src/json.ts";

/** Values of a run for tests; parts can be replaced. */
export function scope(parts: Partial<ExpressionScope> = {}): ExpressionScope {
  return {
    steps: {
      fetch: {
        status: "completed",
        error: null,
        output: { status: 200, list: [1, 2, 3], text: "abc", nothing: null, nested: { "a-b": true } },
      },
      each: { output: [{ n: 1 }, { n: 2 }] },
    },
    env: { HOME: "/home/ann" },
    vars: {},
    inputs: { count: 3, ratio: 0.5, name: "Zoë", big: Array.from({ length: 300 }, (_, index) => index) },
    secrets: { TOKEN: "s3cret" },
    visits: { fetch: 2 },
    trigger: { type: "manual", payload: { constructor: "mine" } },
    run: { id: "r1" },
    flow: { name: "f" },
    ...parts,
  };
}

export type Value = Json;
