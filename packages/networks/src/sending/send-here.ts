import { didYouMean, messageOf } from "@pawl/hooks/diagnostics";
import { derivedCorrelationId } from "../envelope/correlation.ts";
import type { PodPassage } from "../history/read-passages.ts";
import { isRetryable } from "../pod/refusal.ts";
import type { Incoming } from "../runtime/origin.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { Network } from "../topology/network.ts";
import { FullError, UnavailableError } from "../transport/transport.ts";
import { SendError, type Sending, type Sent, type SettledEnds } from "./sending.ts";

const pollMs = 25;
/** Where what is remembered lies elsewhere. */
const farPollMs = 500;
const receiptMs = 24 * 3_600_000;
/** For room in a mailbox, and until another process would ask again. */
const longestForRoomMs = 20_000;

/**
 * Carries out the sending in the process that runs the network. It may be asked again after a crash: the message is known
 * by the key of its step, and what has become of it is read from what is remembered, not from who waited before.
 * @throws SendError
 */
export async function sendHere(run: RunningNetwork, sending: Sending, signal: AbortSignal): Promise<Sent> {
  const pod = checkedPod(run.network, sending.pod);
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
      ...receiptOf(run, pod, key),
    }),
  );
  if (sent.status === "refused") {
    return { status: "refused", message: messageOf(sent.error), isRetryable: isRetryable(sent.error) };
  }
  if (waitMs === undefined) return { status: await statusOf(run, pod, correlationId, sent.status), correlationId };
  // Sent before, it may have come to its ends before anybody listened here.
  const isLooked = heard === undefined || sent.status === "duplicate";
  if (isLooked) run.stopWaiting(correlationId);
  const ends = await (isLooked
    ? endsOf(run, { pod, correlationId, until, signal })
    : heard.then((ends) => ends && asKept(run, ends)));
  return ends === undefined ? { status: "pending", correlationId } : { status: "completed", correlationId, ends };
}

/** @throws SendError when nothing can be sent from there */
export function checkedPod(network: Network, id: string): string {
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
  const first = (await passagesOf(run, correlationId)).find((passage) => passage.pod === pod);
  return first?.outcome === "suppressed" ? "suppressed" : "accepted";
}

/** Where it is not durable with the step what became of it, the key is, for longer than ids are known. */
function receiptOf({ line, parts, clock }: RunningNetwork, pod: string, key: string): Pick<Incoming, "receiptFor"> {
  if (line.passages !== undefined) return {};
  const { index } = parts.origins.get(pod)!.pod;
  const known = { pod: index, key: `step/${key}`, body: "", credentials: "", status: 202 };
  const until = clock.now() + receiptMs;
  return { receiptFor: (answer, correlationId) => ({ ...known, correlationId, answer, until }) };
}

async function passagesOf({ line }: RunningNetwork, correlationId: string): Promise<readonly PodPassage[]> {
  if (line.passages !== undefined) return line.passages(correlationId);
  const found = await line.recall({ correlationId });
  return found.find((message) => message.correlationId === correlationId)?.passages ?? [];
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
    const passages = await passagesOf(run, correlationId);
    const settled = expected.map((end) => passages.find((passage) => passage.pod === end));
    if (settled.every((passage) => passage !== undefined)) {
      return settledEnds(
        run,
        correlationId,
        settled.map(({ pod: end, outcome }) => [end, outcome] as const),
      );
    }
    if (clock.now() >= until) return undefined;
    await clock.sleep(line.passages === undefined ? farPollMs : pollMs, signal);
  }
}

/** What came to a terminator is kept nowhere, so that it is not told to who listened at the right moment either. */
function asKept({ network }: RunningNetwork, ends: SettledEnds): SettledEnds {
  const isKept = (end: string) => network.pods.some((pod) => pod.id === end && pod.type === "sink");
  const results = Object.entries(ends.results).map(([end, result]) => [end, isKept(end) ? result : null]);
  return { ...ends, results: Object.fromEntries(results) };
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
