import { didYouMean, messageOf } from "@pawl/hooks/diagnostics";
import { derivedCorrelationId } from "../envelope/correlation.ts";
import { isRetryable } from "../pod/refusal.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import { FullError, UnavailableError } from "../transport/transport.ts";
import { SendError, type Sending, type Sent, type SettledEnds } from "./sending.ts";

const pollMs = 25;
/** For room in a mailbox, and until another process would ask again. */
const longestForRoomMs = 20_000;

/**
 * Carries out the sending in the process that runs the network. It may be asked again after a crash: the message is known
 * by the key of its step, and what has become of it is read from what is remembered, not from who waited before.
 * @throws SendError
 */
export async function sendHere(run: RunningNetwork, sending: Sending, signal: AbortSignal): Promise<Sent> {
  const pod = checkedPod(run, sending.pod);
  const { key, data, traceparent, waitMs } = sending;
  const correlationId = derivedCorrelationId("step", [run.network.name, pod, key]);
  const until = run.clock.now() + (waitMs ?? 0);
  // Where nothing is remembered, whoever waits has to do so from the beginning.
  const isHeard = waitMs !== undefined && run.line.passages === undefined;
  const heard = isHeard ? run.waitFor(pod, correlationId, waitMs) : undefined;
  const sent = await whenRoom(run, signal, () =>
    run.send(pod, {
      payload: data,
      headers: { "x-trigger": "flow", "idempotency-key": key },
      correlationId,
      carried: { traceparent },
      isAwaited: waitMs !== undefined,
    }),
  );
  if (sent.status === "refused") {
    return { status: "refused", message: messageOf(sent.error), isRetryable: isRetryable(sent.error) };
  }
  if (waitMs === undefined) return { status: await statusOf(run, pod, correlationId, sent.status), correlationId };
  const ends = await (heard ?? endsOf(run, { pod, correlationId, until, signal }));
  return ends === undefined ? { status: "pending", correlationId } : { status: "completed", correlationId, ends };
}

function checkedPod({ network }: RunningNetwork, id: string): string {
  const origins = network.pods.filter((pod) => pod.origin !== undefined).map((pod) => pod.id);
  if (origins.includes(id)) return id;
  const which = didYouMean(id, origins) || ` Those are: ${origins.join(", ")}.`;
  throw new SendError("unknown-pod", `"${network.name}" has no gateway or initiator "${id}".${which}`);
}

async function whenRoom<T>(run: RunningNetwork, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  const until = run.clock.now() + longestForRoomMs;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof UnavailableError) throw new SendError("network-not-running", error.message);
      if (!(error instanceof FullError)) throw error;
      if (run.clock.now() >= until) throw new SendError("network-busy", error.message);
      await run.clock.sleep(pollMs, signal);
    }
  }
}

/** A message that was sent before is what it was then. */
async function statusOf(
  run: RunningNetwork,
  pod: string,
  correlationId: string,
  status: "accepted" | "suppressed" | "duplicate",
): Promise<"accepted" | "suppressed"> {
  if (status !== "duplicate") return status;
  const first = run.line.passages?.(correlationId).find((passage) => passage.pod === pod);
  return first?.outcome === "suppressed" ? "suppressed" : "accepted";
}

interface Awaited {
  readonly pod: string;
  readonly correlationId: string;
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Looks until every end that can be reached has had its token; nothing when the time is up first. */
async function endsOf(
  run: RunningNetwork,
  { pod, correlationId, until, signal }: Awaited,
): Promise<SettledEnds | undefined> {
  const { line, parts, clock } = run;
  const expected = parts.endsOf(parts.origins.get(pod)!.pod);
  for (;;) {
    await line.flush();
    const passages = line.passages?.(correlationId) ?? [];
    const settled = expected.map((end) => passages.find((passage) => passage.pod === end));
    if (settled.every((passage) => passage !== undefined)) {
      return settledEnds(
        run,
        correlationId,
        settled.map(({ pod: end, outcome }) => [end, outcome] as const),
      );
    }
    if (clock.now() >= until) return undefined;
    await clock.sleep(pollMs, signal);
  }
}

async function settledEnds(
  { line, network }: RunningNetwork,
  correlationId: string,
  ends: readonly (readonly [end: string, outcome: string])[],
): Promise<SettledEnds> {
  const done = ends.filter(([, outcome]) => outcome === "done").map(([end]) => end);
  const results: Record<string, SettledEnds["results"][string]> = {};
  for (const end of done) {
    const { index } = network.pods.find((pod) => pod.id === end)!;
    const output = await line.outputOf(index, correlationId);
    results[end] = output === undefined ? null : JSON.parse(output);
  }
  const named = (isWanted: (outcome: string) => boolean) =>
    ends.filter(([, outcome]) => isWanted(outcome)).map(([end]) => end);
  return {
    results,
    suppressed: named((outcome) => outcome === "suppressed"),
    failed: named((outcome) => outcome !== "done" && outcome !== "suppressed"),
  };
}
