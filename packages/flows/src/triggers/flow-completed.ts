import { z } from "zod";
import type { LoggedEvent } from "../events/event-log.ts";
import type { JsonObject } from "../json.ts";
import { shown } from "../masking/reference.ts";
import { emitAll } from "./emit-all.ts";
import { texts } from "./inputs.ts";
import { type EmitterTrigger, event, type TriggerContext, TriggerError, trigger } from "./trigger.ts";

const pageSize = 500;
/** Runs may end in other processes, which are heard only by looking. */
const lookEveryMs = 1_000;

const input = z.strictObject({
  flow: texts.describe("The flow that is waited for, or several."),
  status: z
    .union([z.enum(["completed", "failed", "cancelled"]), z.array(z.enum(["completed", "failed", "cancelled"])).min(1)])
    .default("completed")
    .transform((value): string[] => [value].flat()),
});

/** Reads the event log from where it stopped: what ended while no server ran is found later. */
export const flowCompleted: EmitterTrigger<z.infer<typeof input>> = trigger({
  name: "flow.completed",
  description: "When a run of another flow has ended.",
  input,
  async listen({ flow: flows, status }, context, emit) {
    const { events, state, signal, flowName, describe } = context;
    if (flows.includes(flowName)) {
      throw new TriggerError("own-flow", `${flowName} cannot wait for its own completion: it would never end.`);
    }
    describe(`after ${flows.join(", ")} ${status.join(" or ")}`);
    let after = await startOf(context);
    for (;;) {
      const page = await events.read({ after, types: ["run-ended"], limit: pageSize });
      const wanted = page.filter((ended) => isWanted(ended, flows, status));
      await emitAll(await Promise.all(wanted.map((ended) => toEvent(ended, context))), emit, context);
      // Not all of them may be durable now; those that are will be known by their ids.
      signal.throwIfAborted();
      after = page.at(-1)?.seq ?? after;
      if (page.length > 0) await state.set("after", after);
      if (page.length < pageSize) await nextEnd(context);
    }
  },
});

/** A new trigger begins with what ends from now on. */
async function startOf({ events, state, clock }: TriggerContext): Promise<number> {
  const stored = await state.get("after");
  if (typeof stored === "number") return stored;
  const now = clock.now();
  let after = 0;
  for (;;) {
    const page = await events.read({ after, types: ["run-ended"], limit: pageSize });
    const old = page.filter((ended) => ended.time < now);
    after = old.at(-1)?.seq ?? after;
    if (old.length < pageSize) break;
  }
  await state.set("after", after);
  return after;
}

function isWanted({ flow, data }: LoggedEvent, flows: readonly string[], status: readonly string[]): boolean {
  const ended = data as { readonly status?: string } | undefined;
  return flow !== undefined && flows.includes(flow) && status.includes(ended?.status ?? "");
}

async function toEvent(ended: LoggedEvent, { runs }: TriggerContext): Promise<ReturnType<typeof event>> {
  const run = await runs.get(ended.runId!);
  const { status, durationMs, error } = ended.data as JsonObject;
  const payload = {
    run_id: ended.runId!,
    flow: ended.flow!,
    status: status!,
    duration_ms: durationMs ?? null,
    outputs: shown(run?.outputs ?? null),
    error: error ?? null,
  };
  return event(payload, { id: ended.runId!, time: ended.time });
}

/** Until a run ends in this process, or it is time to look. */
async function nextEnd({ events, sleep, signal }: TriggerContext): Promise<void> {
  let unsubscribe = () => {};
  const ended = new Promise<void>((resolve) => {
    unsubscribe = events.subscribe(({ type }) => {
      if (type === "run-ended") resolve();
    });
  });
  try {
    await Promise.race([ended, sleep(lookEveryMs)]);
  } finally {
    unsubscribe();
  }
  signal.throwIfAborted();
}
