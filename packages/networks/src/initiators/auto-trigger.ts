import { messageOf } from "@pawl/hooks/diagnostics";
import { derivedCorrelationId } from "../envelope/correlation.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { AutoTrigger, Pod } from "../topology/network.ts";

const headers = { "x-trigger": "auto" };

/** Sends the messages that a file asks for at start. What goes wrong is logged and stops nothing. */
export function startAutoTriggers(run: RunningNetwork): void {
  for (const pod of run.network.pods.filter(run.isHere)) {
    const rules = pod.origin?.autoTrigger;
    if (rules !== undefined) {
      fireAlone(run, pod, rules).catch((error: unknown) => {
        if (!run.signal.aborted) run.log.error(`The auto-trigger of ${pod.id} ended: ${messageOf(error)}`);
      });
    }
  }
}

/** Of several processes with this pod, one sends; when it ends, another goes on where it was. */
async function fireAlone(run: RunningNetwork, pod: Pod, rules: AutoTrigger): Promise<void> {
  const { leases } = run.line;
  if (leases === undefined) return fire(run, pod, rules, run.signal);
  for (;;) {
    const lease = await leases.acquire(`auto-${pod.id}`);
    if (lease === undefined) await run.clock.sleep(waitMs, run.signal);
    else {
      try {
        await fire(run, pod, rules, AbortSignal.any([run.signal, lease.lost]));
        return;
      } catch (error) {
        if (run.signal.aborted || !lease.lost.aborted) throw error;
      } finally {
        await lease.release();
      }
    }
  }
}

const waitMs = 1_000;

/** Each message has an id of its own number and remembers that it was sent, so that a restart does not send it again. */
async function fire(run: RunningNetwork, pod: Pod, rules: AutoTrigger, signal: AbortSignal): Promise<void> {
  const name = `auto/${run.network.revision}`;
  const sent = rules.everyStart ? 0 : Number((await run.line.note(pod.index, name)) ?? 0);
  if (sent >= rules.count) return;
  await run.clock.sleep(rules.delayMs, signal);
  for (let number = sent + 1; number <= rules.count; number++) {
    if (number > sent + 1) await run.clock.sleep(rules.intervalMs, signal);
    const again = rules.everyStart ? [String(run.clock.now())] : [];
    const correlationId = derivedCorrelationId("auto", [run.network.revision, pod.id, String(number), ...again]);
    const notes = [{ pod: pod.index, name, value: String(number) }];
    const result = await run.sendWhenRoom(pod.id, { payload: rules.payload, headers, correlationId, notes });
    if (result.status === "refused")
      run.log.error(`The hook of ${pod.id} refused the auto-trigger: ${messageOf(result.error)}`);
  }
}
