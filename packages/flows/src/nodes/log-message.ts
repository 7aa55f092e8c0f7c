import { z } from "zod";
import { type NodeDefinition, node } from "./node.ts";

const input = z.strictObject({
  message: z.unknown().describe("What to write; maps and lists are written as JSON."),
  level: z.enum(["debug", "info", "warn", "error"]).default("info"),
});

/** Its output is the line. */
export const logMessage: NodeDefinition<z.infer<typeof input>> = node({
  name: "log.message",
  description: "Writes a line to the log of the run.",
  isPure: true,
  input,
  run({ message, level }, context) {
    const line = typeof message === "string" ? message : JSON.stringify(message ?? null);
    context.log[level](line);
    return line;
  },
});
