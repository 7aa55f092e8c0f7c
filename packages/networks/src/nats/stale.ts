import type { Envelope } from "../envelope/envelope.ts";
import type { Network, Pod } from "../topology/network.ts";
import type { NewDeadLetter } from "../transport/dead-letter.ts";
import { tokenOf } from "./message.ts";

/**
 * The dead letter of a message whose connection is no longer part of the network. A tombstone of it says nothing that
 * anybody could still use, and what is no token at all cannot be kept as one.
 */
export function staleLetter(
  network: Network,
  to: Pick<Pod, "id">,
  found: { readonly subject: string; readonly body: string; readonly now: number },
): NewDeadLetter | undefined {
  const token = tokenOf(found.body, -1);
  if (token === undefined || token.reason !== undefined) return undefined;
  const from = found.subject.split(".").at(-1)!;
  const envelope: Envelope = {
    v: 1,
    net: network.name,
    rev: network.revision,
    id: `${token.correlationId}/${from}/${to.id}`,
    corr: token.correlationId,
    cause: typeof token.cause === "string" ? [token.cause] : token.cause,
    from,
    to: to.id,
    edge: -1,
    kind: "msg",
    origin: token.origin,
    ts: token.time,
    hop: token.hop,
    hdr: token.headers ?? {},
    ...(token.payload === undefined ? {} : { data: token.payload.take() }),
  };
  return {
    pod: to.id,
    reason: "stale-edge",
    error: `The connection from "${from}" to "${to.id}" is no longer part of the network.`,
    stack: undefined,
    attempts: 0,
    time: found.now,
    envelopes: [envelope],
  };
}
