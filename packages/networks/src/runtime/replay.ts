import { newCorrelationId } from "../envelope/correlation.ts";
import { type Envelope, fromEnvelope } from "../envelope/envelope.ts";
import type { Token } from "../envelope/token.ts";
import type { Network } from "../topology/network.ts";
import type { DeadLetter } from "../transport/dead-letter.ts";
import type { Line } from "../transport/transport.ts";

/** A dead letter that cannot be sent again, and why. */
export class ReplayError extends Error {
  readonly code = "not-replayable";
}

/**
 * Sends the tokens of a dead letter again, under a new correlation id: the old one has had its tombstones, and an edge
 * carries one token for ever. Where an aggregator down the road waits for edges that nothing will come from any more,
 * they get tombstones, so that it closes with what there is.
 * @throws ReplayError
 */
export async function replay(line: Line, letter: DeadLetter, now: number): Promise<string> {
  const correlationId = newCorrelationId(now);
  const tokens = letter.envelopes.map((envelope) => revive(line.network, envelope, { correlationId, now, letter }));
  await line.inject([...tokens, ...tombstonesBeside(line.network, tokens)]);
  await line.deadLetters.remove([letter.id]);
  return correlationId;
}

interface Revival {
  readonly correlationId: string;
  readonly now: number;
  readonly letter: DeadLetter;
}

function revive(network: Network, envelope: Envelope, { correlationId, now, letter }: Revival): Token {
  const token = fromEnvelope(network, envelope);
  if (token === undefined) {
    throw new ReplayError(
      `The connection from "${envelope.from}" to "${envelope.to}" is no longer part of the network.`,
    );
  }
  const headers = { ...token.headers, "x-pawl-replay-of": `${envelope.id}#${letter.id}` };
  return { ...token, correlationId, cause: envelope.id, time: now, hop: 0, headers, reply: undefined };
}

/** Edges into aggregators that can be reached from these tokens, but do not lie on a way from them. */
function tombstonesBeside(network: Network, tokens: readonly Token[]): Token[] {
  const carried = new Set(tokens.map((token) => token.edge));
  const pods = new Set(tokens.map((token) => network.edges[token.edge]!.to));
  for (const pod of pods) {
    for (const edge of network.pods[pod]!.egress) {
      carried.add(edge);
      pods.add(network.edges[edge]!.to);
    }
  }
  const missing = [...pods]
    .map((pod) => network.pods[pod]!)
    .filter((pod) => pod.aggregate?.correlate.by === "origin")
    .flatMap((pod) => pod.ingress.filter((edge) => !carried.has(edge)));
  return missing.map((edge) => ({ ...tokens[0]!, edge, reason: "suppressed", payload: undefined }));
}
