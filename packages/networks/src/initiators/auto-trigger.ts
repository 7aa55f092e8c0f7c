import { derivedCorrelationId } from "../envelope/correlation.ts";
import { messageOf } from "../pod/refusal.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { AutoTrigger, Pod } from "../topology/network.ts";

const headers = { "x-trigger": "auto" };

/** Sends the messages that a file asks for at start. What goes wrong is logged and stops nothing. */
export function startAutoTriggers(run: RunningNetwork): void {
  for (const pod of run.network.pods) {
    const rules = pod.origin?.autoTrigger;
    if (rules !== undefined) {
      fire(run, pod, rules).catch((error: unknown) => {
        if (!run.signal.aborted) run.log.error(`The auto-trigger of ${pod.id} ended: ${messageOf(error)}`);
      });
    }
  }
}

/** Each message has an id of its own number and remembers that it was sent, so that a restart does not send it again. */
async function fire(run: RunningNetwork, pod: Pod, rules: AutoTrigger): Promise<void> {
  const name = `auto/${run.network.revision}`;
  const sent = rules.everyStart ? 0 : Number((await run.line.note(pod.index, name)) ?? 0);
  if (sent >= rules.count) return;
  await run.clock.sleep(rules.delayMs, run.signal);
  for (let number = sent + 1; number <= rules.count; number++) {
    if (number > sent + 1) await run.clock.sleep(rules.intervalMs, run.signal);
    const again = rules.everyStart ? [String(run.clock.now())] : [];
    const correlationId = derivedCorrelationId("auto", [run.network.revision, pod.id, String(number), ...again]);
    const notes = [{ pod: pod.index, name, value: String(number) }];
    const result = await run.sendWhenRoom(pod.id, { payload: rules.payload, headers, correlationId, notes });
    if (result.status === "refused")
      run.log.error(`The hook of ${pod.id} refused the auto-trigger: ${messageOf(result.error)}`);
  }
}
