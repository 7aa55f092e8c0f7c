import { formatDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { duration } from "./inputs.ts";
import { event, type GeneratorTrigger, trigger } from "./trigger.ts";

const input = z
  .strictObject({
    every: duration.optional().describe("`30s`, `5m`, `1h30m`, or seconds."),
    seconds: duration.optional().describe("The same in seconds."),
  })
  .refine(({ every, seconds }) => (every === undefined) !== (seconds === undefined), {
    message: "give either every or seconds",
  })
  .transform(({ every, seconds }) => ({ everyMs: every ?? seconds! }));

/**
 * The first event comes one interval after the trigger was first seen, the others on the same grid, also across restarts.
 * When one or more were missed meanwhile, a single event comes at once.
 */
export const interval: GeneratorTrigger<z.infer<typeof input>> = trigger({
  name: "interval",
  description: "Again and again after the same time.",
  input,
  async *run({ everyMs }, { state, clock, sleep, describe }) {
    const text = `every ${formatDuration(everyMs)}`;
    const stored = await state.get("last");
    let last = typeof stored === "number" && stored <= clock.now() ? stored : clock.now();
    if (last !== stored) await state.set("last", last);
    for (;;) {
      const missed = Math.max(0, Math.floor((clock.now() - last) / everyMs) - 1);
      const next = last + (missed + 1) * everyMs;
      describe(text, { nextAt: next });
      if (next > clock.now()) await sleep(next - clock.now());
      const scheduled = new Date(next).toISOString();
      yield event({ scheduled }, { id: scheduled, time: next });
      last = next;
      await state.set("last", last);
    }
  },
});
