import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream";
import type { Network, Pod } from "../topology/network.ts";
import { isOrigin } from "../topology/pod-type.ts";
import { deadLetterLimit } from "../transport/dead-letter.ts";
import type { Names } from "./names.ts";

export interface Limits {
  /** Copies of every stream, in a cluster. Default: 1. */
  readonly replicas: number;
  /** Of tokens that wait at one pod; beyond half of it gateways take no more. Default: 256 MiB. */
  readonly maxBytes: number;
  readonly maxMessages: number | undefined;
  /** How long the server knows the ids of tokens. Default: 2 min. */
  readonly duplicateWindowMs: number;
  /** After which a token that nobody works on is delivered again. Default: 30 s. */
  readonly ackWaitMs: number;
  /** Of what is told of steps that are done, for at most seven days. Default: 64 MiB. */
  readonly historyBytes: number;
}

/** The streams and consumers of a network. */
export interface Plan {
  readonly streams: readonly StreamPlan[];
  /** One for each pod that receives. */
  readonly consumers: readonly ConsumerPlan[];
}

export type StreamPlan = Partial<StreamConfig> & { readonly name: string };
export interface ConsumerPlan {
  readonly stream: string;
  readonly config: Partial<ConsumerConfig> & { readonly durable_name: string };
}

const receiptMs = 24 * 3_600_000;
const historyMs = 7 * 24 * 3_600_000;
const leastMarkMs = 10 * 60_000;
const nanos = 1_000_000;

export function planOf(network: Network, names: Names, limits: Limits): Plan {
  return {
    streams: streamsOf(network, names, limits),
    consumers: receiversOf(network).map((pod) => consumerOf(pod, names, limits)),
  };
}

function streamsOf(network: Network, names: Names, limits: Limits): StreamPlan[] {
  const { base } = names;
  const common = commonOf(limits);
  const window = limits.duplicateWindowMs * nanos;
  const latest = { ...common, max_msgs_per_subject: 1, discard: "old", allow_direct: true } as const;
  const sinks = network.pods.filter((pod) => pod.type === "sink");
  return [
    ...receiversOf(network).map((pod) => waitingStream(pod.id, names, limits)),
    { ...latest, name: names.marks, subjects: [`${base}.mark.>`], max_age: markMs(network) * nanos },
    { ...latest, name: names.keys, subjects: [`${base}.key.>`], max_age: receiptMs * nanos },
    { ...latest, name: names.notes, subjects: [`${base}.note.>`, `${base}.lease.>`, `${base}.plan`] },
    {
      ...common,
      name: names.dead,
      subjects: [`${base}.dead.>`],
      max_msgs: deadLetterLimit,
      discard: "old",
      allow_direct: true,
      duplicate_window: window,
    },
    {
      ...common,
      name: names.past,
      subjects: [`${base}.past.*`],
      max_bytes: limits.historyBytes,
      max_age: historyMs * nanos,
      discard: "old",
    },
    ...sinks.map((pod) => ({
      ...latest,
      name: names.outputs(pod.id),
      subjects: [`${base}.out.${pod.id}.*`],
      max_msgs: pod.keep,
      duplicate_window: window,
    })),
  ];
}

function markMs(network: Network): number {
  return Math.max(leastMarkMs, ...network.pods.map((pod) => pod.aggregate?.lateWindowMs ?? 0));
}

function receiversOf(network: Network): Pod[] {
  return network.pods.filter((pod) => !isOrigin(pod.type));
}

/**
 * Each pod has a stream of its own. In one for all, a consumer that has nothing to wait for is given a message at the price
 * of looking at everything that waits for the others: nats-server 2.9 counts it anew each time.
 */
export function waitingStream(pod: string, names: Names, limits: Limits): StreamPlan {
  return {
    ...commonOf(limits),
    name: names.waiting(pod),
    subjects: [names.inbox(pod)],
    retention: "workqueue",
    discard: "new",
    max_bytes: limits.maxBytes,
    max_msgs: limits.maxMessages ?? -1,
    duplicate_window: limits.duplicateWindowMs * nanos,
    allow_direct: true,
  };
}

function commonOf(limits: Limits) {
  return { storage: "file", num_replicas: limits.replicas } as const;
}

/**
 * Attempts are counted here: with a limit of the server a message would just stop being delivered. A pod with order has
 * one message out at a time, whatever process asks.
 */
function consumerOf(pod: Pod, names: Names, limits: Limits): ConsumerPlan {
  const isOrdered = pod.concurrency === 1 && pod.aggregate === undefined;
  const config = {
    durable_name: pod.id,
    ack_policy: "explicit",
    deliver_policy: "all",
    replay_policy: "instant",
    ack_wait: limits.ackWaitMs * nanos,
    max_deliver: -1,
    max_ack_pending: isOrdered ? 1 : -1,
    max_waiting: 512,
  } as const;
  return { stream: names.waiting(pod.id), config };
}
