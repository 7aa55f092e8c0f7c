import { post } from "./pawl.ts";

/** What a sender of webhooks has seen of one delivery. */
export interface Delivered {
  readonly id: string;
  readonly runId: string;
  /** How often it was sent before it was acknowledged. */
  readonly tries: number;
}

export interface Sending {
  readonly url: string;
  readonly ids: Iterable<string>;
  /** Requests under way at once. */
  readonly at: number;
  readonly onDelivered?: (delivered: Delivered) => void;
}

const retryable = new Set([404, 429, 503]);

/** Sends each delivery, again and again with the same id, until it is acknowledged: as GitHub, Stripe and queues do. */
export async function sendAll({ url, ids, at, onDelivered }: Sending): Promise<Delivered[]> {
  const waiting = ids[Symbol.iterator]();
  const delivered: Delivered[] = [];
  const send = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const id = next.value;
      const one = await sendUntilAcknowledged(url, id);
      delivered.push(one);
      onDelivered?.(one);
    }
  };
  await Promise.all(Array.from({ length: at }, send));
  return delivered;
}

async function sendUntilAcknowledged(url: string, id: string): Promise<Delivered> {
  for (let tries = 1; ; tries++) {
    const response = await post(url, { id }, { "x-github-delivery": id }).catch(() => undefined);
    // An answer may be cut off after its head.
    const body = (await response?.json().catch(() => undefined)) as { run_id?: string } | undefined;
    if (response?.status === 202 && typeof body?.run_id === "string") return { id, runId: body.run_id, tries };
    if (response !== undefined && !response.ok && !retryable.has(response.status)) {
      throw new Error(`${id} was answered ${response.status}: ${JSON.stringify(body)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
