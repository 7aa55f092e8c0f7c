import { type NodeDefinition, node } from "@pawl/flows";
import { z } from "zod";
import { connectionInput } from "./connection.ts";
import { textOf } from "./publish.ts";
import { withClient } from "./with-client.ts";

const input = z.strictObject({
  ...connectionInput,
  stream: z.string().min(1),
  fields: z
    .record(z.string(), z.json())
    .refine((fields) => Object.keys(fields).length > 0, "an entry has one field at least")
    .describe("Texts are stored as they are, anything else as JSON."),
  max_length: z.number().int().min(1).optional().describe("The stream is cut to about so many entries."),
});

/** A step that is tried again after a crash adds another entry: give it a field that says which it is. */
export const xadd: NodeDefinition<z.infer<typeof input>> = node({
  name: "redis.xadd",
  description: "Adds an entry to a Redis stream.",
  input,
  async run({ stream, fields, max_length: threshold, ...connection }, { signal }) {
    const entry = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
    const trim =
      threshold === undefined
        ? {}
        : { TRIM: { strategy: "MAXLEN" as const, strategyModifier: "~" as const, threshold } };
    const id = await withClient(connection, signal, (client) => client.xAdd(stream, "*", entry, trim));
    return { id };
  },
});
