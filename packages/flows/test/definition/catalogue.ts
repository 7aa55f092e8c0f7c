import { z } from "zod";
import { type Catalogue, namesOf } from "../../src/definition/catalogue.ts";
import { createNodeRegistry } from "../../src/nodes/registry.ts";

const duration = z.union([z.string(), z.number()]);
const triggers = new Map([
  [
    "cron",
    {
      input: z.strictObject({
        schedule: z.string().optional(),
        expression: z.string().optional(),
        timezone: z.string().optional(),
      }),
    },
  ],
  ["interval", { input: z.strictObject({ every: duration.optional(), seconds: z.number().optional() }) }],
  ["startup", { input: z.strictObject({}) }],
]);

/** The built-in nodes, and a few triggers, hooks and flows. */
export const catalogue: Catalogue = {
  nodes: namesOf(createNodeRegistry()),
  triggers: { has: (name) => triggers.has(name), keys: () => triggers.keys(), find: (name) => triggers.get(name) },
  hooks: new Set(["audit", "cache"]),
  flows: new Set(["cleanup", "everything"]),
};
