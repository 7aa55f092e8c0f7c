import { type Json, type NodeDefinition, node } from "@pawl/flows";
import { z } from "zod";
import { connectionInput } from "./connection.ts";
import { withClient } from "./with-client.ts";

const input = z.strictObject({
  ...connectionInput,
  channel: z.string().min(1),
  message: z.json().describe("A text is sent as it is, anything else as JSON."),
});

/** Its output tells how many were listening; with none of them the message is gone. */
export const publish: NodeDefinition<z.infer<typeof input>> = node({
  name: "redis.publish",
  description: "Publishes a message on a Redis channel.",
  input,
  async run({ channel, message, ...connection }, { signal }) {
    const receivers = await withClient(connection, signal, (client) => client.publish(channel, textOf(message)));
    return { receivers };
  },
});

export function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
