import { definePlugin, type Json, trigger } from "@pawl/flows";
import { z } from "zod";

/** Polls a URL and fires when what it answers has changed. Each `yield` is one run. */
const onEvent = trigger({
  name: "myservice.event",
  input: z.object({ url: z.url(), poll_interval: z.coerce.number().positive().default(30) }),
  async *run({ url, poll_interval }, { signal, sleep, state }) {
    for (;;) {
      const data = (await (await fetch(url, { signal })).json()) as Json;
      if (JSON.stringify(data) !== (await state.get("last"))) {
        yield { data, url };
        await state.set("last", JSON.stringify(data));
      }
      await sleep(poll_interval * 1_000);
    }
  },
});

export default definePlugin({ name: "myservice", triggers: [onEvent] });
