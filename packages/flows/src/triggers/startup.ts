import { z } from "zod";
import { event, type GeneratorTrigger, trigger } from "./trigger.ts";
import { untilStopped } from "./until-stopped.ts";

const input = z.strictObject({});

/** One event per life of the server: neither a restart of the trigger nor an edit of its flow is a start. */
export const startup: GeneratorTrigger<z.infer<typeof input>> = trigger({
  name: "startup",
  description: "Once when the server starts.",
  input,
  async *run(_input, { lifeId, signal, describe }) {
    describe("once when the server starts");
    yield event({}, { id: lifeId });
    await untilStopped(signal);
  },
});
