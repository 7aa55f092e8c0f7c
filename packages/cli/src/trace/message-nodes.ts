import type { DeadLetter, MessageHistory, PodPassage } from "@pawl/networks";
import type { Places } from "./places.ts";
import type { TraceNode } from "./trace-node.ts";

/** A message with the pods it passed, branches that were suppressed and letters that are dead included. */
export function messageNode(message: MessageHistory, places: Places): TraceNode {
  const { network, correlationId, passages, waiting, deadLetters } = message;
  const pods = passages.map((passage) => {
    const node = podNode(passage, deadLetters);
    places.put(`${correlationId} ${passage.pod}`, node);
    if (passage.into !== undefined) places.put(`into ${passage.into}`, node);
    return node;
  });
  const open = waiting.map(
    ({ pod, since, attempts }): TraceNode => ({
      kind: "waiting",
      name: pod,
      status: "waiting",
      ...(attempts > 0 ? { detail: `tried ${attempts} times` } : {}),
      startedAt: since,
      children: [],
    }),
  );
  const unplaced = deadLetters.filter(({ pod }) => !passages.some((passage) => passage.pod === pod));
  const startedAt = Math.min(...passages.map(startOf));
  const endedAt = Math.max(...passages.map((passage) => passage.endedAt));
  return {
    kind: "message",
    name: network,
    id: correlationId,
    status: statusOf(message),
    ...(passages.length === 0 ? {} : { startedAt, durationMs: endedAt - startedAt }),
    children: [...pods, ...unplaced.map(letterNode), ...open],
  };
}

function startOf({ endedAt, durationMs }: PodPassage): number {
  return endedAt - durationMs;
}

/** Dead before waiting: that is what somebody has to look at. */
function statusOf({ waiting, deadLetters }: MessageHistory): string {
  if (deadLetters.length > 0) return "failed";
  return waiting.length > 0 ? "waiting" : "completed";
}

function podNode(passage: PodPassage, deadLetters: readonly DeadLetter[]): TraceNode {
  const { pod, outcome, attempt, durationMs } = passage;
  const isPassedOn = attempt === 0;
  const letters = deadLetters.filter((letter) => letter.pod === pod);
  return {
    kind: "pod",
    name: pod,
    status: outcome,
    ...(isPassedOn ? { detail: "nothing came, and it said so to the next" } : {}),
    startedAt: startOf(passage),
    ...(isPassedOn ? {} : { durationMs }),
    ...(attempt > 1 ? { attempts: attempt } : {}),
    children: letters.map(letterNode),
  };
}

function letterNode({ id, reason, error, attempts, time }: DeadLetter): TraceNode {
  return {
    kind: "dead-letter",
    name: `dead letter ${id}`,
    status: reason,
    ...(error === undefined ? {} : { detail: error }),
    startedAt: time,
    ...(attempts > 1 ? { attempts } : {}),
    children: [],
  };
}
