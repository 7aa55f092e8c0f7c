import { idOf, type Token } from "../envelope/token.ts";
import type { WaitingToken } from "../history/recollect.ts";
import type { Network } from "../topology/network.ts";
import type { JetStreamManager, StoredMsg } from "./client.ts";
import { bodyOf, tokenOf } from "./message.ts";
import type { Names } from "./names.ts";
import type { Publication, Stored } from "./publisher.ts";

/** A client waits for it, and can come again. */
const enteringMs = 5_000;
/** Nobody waits; when it fails the token comes again. */
const insideMs = 60_000;

const leastReserve = 16 * 1_024;
const perCause = 128;
const mostLookedAt = 512;
const atOnce = 32;

/** Where the tokens of a network travel, and as what. */
export class TokenRoads {
  readonly bySubject: ReadonlyMap<string, number>;
  readonly #network: Network;
  readonly #names: Names;
  readonly #roads: readonly Road[];

  /** `onSent` is told of every token that was not there before. */
  constructor(network: Network, names: Names, onSent: (pod: number, bytes: number) => void) {
    this.#network = network;
    this.#names = names;
    const subjects = names.edges(network);
    this.bySubject = new Map(subjects.map((subject, edge) => [subject, edge]));
    this.#roads = network.edges.map((edge, index) => ({
      subject: subjects[index]!,
      ends: `/${network.pods[edge.from]!.id}/${network.pods[edge.to]!.id}`,
      onStored: ({ body }, { isDuplicate }) => {
        if (!isDuplicate) onSent(edge.to, body.length);
      },
    }));
  }

  /** The longest payload that fits with everything that travels beside it. */
  roomIn(maxPayload: number): number {
    const causes = Math.max(...this.#network.pods.map((pod) => pod.ingress.length));
    return Math.max(1_024, maxPayload - Math.max(leastReserve, maxPayload / 16) - causes * perCause);
  }

  entering(token: Token): Publication {
    return this.#publication(token, enteringMs, true);
  }

  inside(token: Token): Publication {
    return this.#publication(token, insideMs, false);
  }

  /** What a sink keeps: once per correlation id, as long as it is kept. */
  output(token: Token, pod: number): Publication {
    const subject = this.#names.output(this.#network.pods[pod]!.id, token.correlationId);
    return { subject, body: token.payload!.text(), id: idOf(token), after: 0, forMs: insideMs };
  }

  /** The oldest tokens that wait at the pods, with what is known of them. */
  async oldest(manager: JetStreamManager): Promise<readonly WaitingToken[]> {
    const receivers = this.#network.pods.filter((pod) => pod.ingress.length > 0);
    const stretches = await Promise.all(receivers.map(({ id }) => stretchOf(manager, this.#names.waiting(id), id)));
    const filled = stretches.filter(({ first, last }) => first <= last);
    const most = Math.ceil(mostLookedAt / filled.length);
    const found = await Promise.all(filled.map((stretch) => oldestIn(manager, stretch, most)));
    return found.flat().sort((a, b) => a.since - b.since);
  }

  /** Its id tells the edge by its ends: its number may be that of another edge in the next revision. */
  #publication(token: Token, forMs: number, failsWhenFull: boolean): Publication {
    const { subject, ends, onStored } = this.#roads[token.edge]!;
    return { subject, body: bodyOf(token), id: token.correlationId + ends, forMs, onStored, failsWhenFull };
  }
}

/** Where what waits at a pod stands in its stream. */
interface Stretch {
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

/** Behind what was acknowledged: a server that was killed can have forgotten to remove it. */
async function stretchOf(manager: JetStreamManager, stream: string, pod: string): Promise<Stretch> {
  const consumer = await manager.consumers.info(stream, pod).catch(() => undefined);
  const { first_seq, last_seq } = (await manager.streams.info(stream)).state;
  return { stream, first: Math.max(1, first_seq, (consumer?.ack_floor.stream_seq ?? 0) + 1), last: last_seq };
}

async function oldestIn(
  manager: JetStreamManager,
  { stream, first, last: end }: Stretch,
  most: number,
): Promise<WaitingToken[]> {
  const last = Math.min(end, first + most - 1);
  const waiting: WaitingToken[] = [];
  for (let from = first; from <= last; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, last - from + 1) }, (_, index) => from + index);
    const found = await Promise.all(numbers.map((seq) => manager.streams.getMessage(stream, { seq })));
    for (const message of found) if (message !== null) waiting.push(...waitingOf(message));
  }
  return waiting;
}

/** Nothing for what is no token. */
function waitingOf(message: StoredMsg): WaitingToken[] {
  const token = tokenOf(message.string(), 0);
  if (token === undefined) return [];
  const pod = message.subject.split(".").at(-2)!;
  const { correlationId, headers } = token;
  return [{ correlationId, traceparent: headers?.traceparent, pod, since: message.time.getTime(), attempts: 0 }];
}

interface Road {
  readonly subject: string;
  readonly ends: string;
  readonly onStored: (publication: Publication, stored: Stored) => void;
}
