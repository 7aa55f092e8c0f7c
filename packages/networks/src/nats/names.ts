import { createHash } from "node:crypto";
import type { Network } from "../topology/network.ts";

const label = /^[A-Za-z0-9-]{1,64}$/;
const plain = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Names of streams and subjects of one network. Ids of pods and networks are DNS labels and stand as they are, so no two
 * names ever become one; everything else is hashed unless it is harmless.
 */
export class Names {
  /** Subjects of tokens are `<base>.in.<pod>.<from>`: the server can be told who may send where. */
  readonly base: string;
  /** What the names of all its streams begin with. Before each pod had a stream of its own, it was that of all tokens. */
  readonly prefix: string;

  constructor(tenant: string, network: string) {
    if (!label.test(tenant)) {
      throw new RangeError(`A tenant is up to 64 letters, digits and hyphens; "${tenant}" came.`);
    }
    this.base = `pn.${tenant}.${network}`;
    this.prefix = `pn_${tenant}_${network}`;
  }

  /** Closed sets and tries of hooks that ended their process: forgotten after a while. */
  get marks(): string {
    return `${this.prefix}_marks`;
  }

  /** Answers to idempotency keys. */
  get keys(): string {
    return `${this.prefix}_keys`;
  }

  /** What pods remember for good, leases, and the revision. */
  get notes(): string {
    return `${this.prefix}_notes`;
  }

  get dead(): string {
    return `${this.prefix}_dead`;
  }

  /** What pods did, for those who ask later. */
  get past(): string {
    return `${this.prefix}_past`;
  }

  /** What waits at a pod. */
  waiting(pod: string): string {
    return `${this.prefix}_in_${pod}`;
  }

  outputs(pod: string): string {
    return `${this.prefix}_out_${pod}`;
  }

  /** Where the tokens of each edge go, by its index. */
  edges(network: Network): string[] {
    return network.edges.map((edge) => `${this.base}.in.${network.pods[edge.to]!.id}.${network.pods[edge.from]!.id}`);
  }

  /** What a stream is left with that takes nothing any more: it has to have a subject. */
  closed(pod: string): string {
    return `${this.base}.closed.${pod}`;
  }

  /** What a pod receives. */
  inbox(pod: string): string {
    return `${this.base}.in.${pod}.*`;
  }

  note(pod: string, name: string): string {
    return `${this.base}.note.${pod}.${harmless(name)}`;
  }

  mark(pod: string, name: string): string {
    return `${this.base}.mark.${pod}.${harmless(name)}`;
  }

  key(pod: string, key: string): string {
    return `${this.base}.key.${pod}.${harmless(key)}`;
  }

  lease(name: string): string {
    return `${this.base}.lease.${harmless(name)}`;
  }

  /** Where the steps of a pod are told. */
  passed(pod: string): string {
    return `${this.base}.past.${pod}`;
  }

  /** Where an origin is asked to send. */
  order(pod: string): string {
    return `${this.base}.order.${pod}`;
  }

  output(pod: string, correlationId: string): string {
    return `${this.base}.out.${pod}.${harmless(correlationId)}`;
  }
}

/** A name as one token of a subject. */
export function harmless(name: string): string {
  return plain.test(name) ? name : `=${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
}
